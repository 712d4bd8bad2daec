import t, { type Test } from 'tap'
import type { Dialog } from '../../../src/schemas/dialog.js'
import type { Message } from '../../../src/schemas/message.js'
import type { Notification } from '../../helpers/device.js'
import { type Answer, type Person, type Sent, type Talk, talkFollowed, talkTogether } from '../../helpers/flow/crowd.js'
import { checkDialog, updatesSince } from '../../helpers/flow/truth.js'
import { entry, type MessengerProcess, startMessenger } from '../../helpers/messengerProcess.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'
import { openMongoWire } from '../../helpers/mongoWire.js'
import { createRandom } from '../../helpers/random.js'

const processes = 3
const names = ['ann', 'bob', 'cid']
const maxCommandsPerMessage = 12
const maxCommandsPerGroup = 30

async function meet(messengers: MessengerProcess[], name: string): Promise<Person> {
  const [{ signUp }] = messengers as [MessengerProcess]
  const cookie = await signUp(name)
  const devices = await Promise.all(messengers.map(({ connect }) => connect(cookie)))
  const [{ hello }] = devices as [Person['devices'][0]]
  return { tag: `@${name}`, devices, cursor: (await hello).cursor }
}

/** Groups the attempts to send a message by their common `clientMessageId`. */
function attemptsOf({ sent }: Talk): Sent[][] {
  const attempts = new Map<string, Sent[]>()
  for (const message of [...sent.values()].flat()) {
    const { clientMessageId } = message
    if (clientMessageId) attempts.set(clientMessageId, [...(attempts.get(clientMessageId) ?? []), message])
  }
  return [...attempts.values()]
}

const placeOf = ({ message: { _id, date, seq } }: Answer) => ({ _id, date, seq })

async function checkDuplicates(t: Test, talk: Talk) {
  for (const attempts of attemptsOf(talk)) {
    const [{ answer, from, to, text, clientMessageId }] = attempts as [Sent]
    t.equal(attempts.filter(({ answer }) => !answer.duplicate).length, 1, `${text} is new in one answer`)
    const { devices } = talk.people.find(({ tag }) => tag === from) as Person
    const again = await Promise.all(
      devices.map(({ call }) => call<Answer>('sendMessageToUser', { receiverTag: to, text, clientMessageId }))
    )
    t.ok(again.every(({ duplicate }) => duplicate))
    const places = [...attempts.map(({ answer }) => answer), ...again].map(placeOf)
    t.same(places, Array(places.length).fill(placeOf(answer)), 'and the same in all')
  }
}

function checkOrder(t: Test, { sent }: Talk) {
  for (const messages of sent.values()) {
    const newest = new Map<string, number>()
    const late = messages.filter(({ to, clientMessageId, answer: { message } }) => {
      const before = newest.get(to) ?? 0
      newest.set(to, Math.max(before, message.seq))
      // Messages that other devices sent as well may have come from those.
      return clientMessageId === undefined && message.seq < before
    })
    t.same(late, [], 'what a device has sent is in order')
  }
}

/** Removes the time at which an online user was last seen, which is now. */
const withoutTime = ({ userInfo: { lastSeen, ...userInfo }, ...dialog }: Dialog) => ({ ...dialog, userInfo })

async function checkPerson(t: Test, { people, sent, read }: Talk, { tag, devices, cursor }: Person) {
  const lists = await Promise.all(devices.map(({ call }) => call<Dialog[]>('getDialogsList', [0, 9])))
  const views = lists.map((dialogs) => dialogs.map(withoutTime))
  const [dialogs] = views as [ReturnType<typeof withoutTime>[]]
  t.same(views, Array(processes).fill(dialogs), 'all processes list the same')
  const history: Message[] = []
  for (const dialog of dialogs) {
    history.push(...(await checkDialog(t, devices[1] as Person['devices'][0], dialog)))
    const marks = read.filter(({ reader, peer }) => reader === tag && peer === dialog.userInfo.tag)
    const latest = Math.max(0, ...marks.map(({ upToSeq }) => upToSeq))
    const unread = history.filter(({ senderTag, seq, isRead }) => {
      return senderTag === dialog.userInfo.tag && seq <= latest && !isRead
    })
    t.same(unread, [], 'what was said to be read is')
  }
  const own = [...sent.values()].flat().filter(({ from, to }) => from === tag || to === tag)
  const texts = history.map(({ text }) => text).sort()
  t.same(texts, [...new Set(own.map(({ text }) => text))].sort(), `${tag} has every message once`)

  const updates = await updatesSince(devices, cursor, 7)
  t.same(updates.messages.map(({ text }) => text).sort(), texts, 'updates tell of each once')
  for (const dialog of dialogs) t.match(updates.dialogs.get(dialog.userInfo.tag), dialog)
  t.equal(dialogs.length, people.length - 1)
}

function checkFollowed(t: Test, { tag }: Person, followed: Message[], { sent }: Talk) {
  const own = [...sent.values()].flat().filter(({ from, to }) => from === tag || to === tag)
  const texts = [...new Set(own.map(({ text }) => text))]
  t.same(followed.map(({ text }) => text).sort(), texts.sort(), `who follows ${tag}'s updates misses nothing`)
  const newest = new Map<string, number>()
  const late = followed.filter(({ senderTag, receiverTag, seq }) => {
    const peer = senderTag === tag ? receiverTag : senderTag
    const before = newest.get(peer) ?? 0
    newest.set(peer, seq)
    return seq < before
  })
  t.same(late, [], 'and is told in order')
}

/** Checks that processes in conflict try again, but not all the time. */
function checkEffort(t: Test, { sent }: Talk, counts: Map<string, number>) {
  const messages = new Set([...sent.values()].flat().map(({ text }) => text)).size
  const groups = counts.get('insert messages') ?? 0
  const whole = [...counts].filter(([key]) => !key.includes(' '))
  const commands = whole.reduce((sum, [, count]) => sum + count, 0)
  t.comment(`${commands} commands for ${messages} messages in ${groups} groups`, Object.fromEntries(whole))
  t.ok(commands < messages * maxCommandsPerMessage)
  t.ok(commands < groups * maxCommandsPerGroup)
}

/** Checks that no device is told twice of a message that two processes got at the same time. */
function checkTold(t: Test, notifications: Notification[]) {
  const told = notifications.filter(({ code }) => code === 3001).map(({ body }) => body._id)
  t.equal(new Set(told).size, told.length, 'no device is told twice of a message')
}

t.test('three processes on one database, all in the same dialogs', { skip: withoutMongo }, async (t) => {
  const wire = await openMongoWire(t, (await useMongo(t))(t))
  const environment = { DB_URL: wire.url, RATE_LIMITS: 'off', LOG_LEVEL: 'error' }
  const messengers: MessengerProcess[] = []
  for (let count = 0; count < processes; count++) {
    messengers.push(await startMessenger(t, { dir: t.testdir(), entry, environment }))
  }
  const people = await Promise.all(names.map((name) => meet(messengers, name)))
  const talk: Talk = { random: createRandom(t), people, sent: new Map(), read: [] }
  wire.counts.clear()
  await talkTogether(talk, 'first')
  checkEffort(t, talk, wire.counts)
  const followed = await talkFollowed(talk, 'then')

  for (const { devices } of people) for (const { rest } of devices) checkTold(t, await rest())
  checkOrder(t, talk)
  await checkDuplicates(t, talk)
  for (const [index, person] of people.entries()) {
    await checkPerson(t, talk, person)
    checkFollowed(t, person, followed[index] as Message[], talk)
  }
})
