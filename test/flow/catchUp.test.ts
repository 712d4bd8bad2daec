import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { Dialog } from '../../src/schemas/dialog.js'
import type { Message } from '../../src/schemas/message.js'
import type { Device } from '../helpers/device.js'
import { openReplica, type Replica } from '../helpers/flow/replica.js'
import { entry, startMessenger } from '../helpers/messengerProcess.js'
import { createRandom, type Random } from '../helpers/random.js'
import { openWire } from '../helpers/wire.js'

const names = ['ann', 'bob', 'cid', 'dan']
const firstNames = ['Ada', 'Bea', 'Cem', 'Dot', 'Eva', 'Finn']
const devicesEach = 2
const rounds = 6
const stepsPerRound = 25
const pageItems = 500

interface Sent {
  from: string
  to: string
  text: string
}

interface Plan {
  label: string
  /** All texts that were sent. */
  sent: Sent[]
  /** Share of sending among all actions. */
  talkativeness: number
}

/** Sends, reads and loses its connection at random. */
async function act(replica: Replica, random: Random, { label, sent, talkativeness }: Plan): Promise<void> {
  const waiting: Promise<void>[] = []
  const weighted: [weight: number, deed: (peer: string, text: string) => unknown][] = [
    [
      talkativeness,
      (peer, text) => {
        sent.push({ from: replica.tag, to: peer, text })
        waiting.push(replica.send(peer, text))
      }
    ],
    [15, (peer) => replica.markAsRead(peer)],
    [10, (peer) => replica.markAsRead(peer, 1 + random.below(replica.view.lastSeqWith(peer) + 1))],
    [5, () => replica.rename(random.pick(firstNames))],
    [6, () => replica.cut()],
    [20, () => replica.settle()]
  ]
  const deeds = weighted.flatMap(([weight, deed]) => Array<typeof deed>(weight).fill(deed))
  const peers = names.map((name) => `@${name}`).filter((tag) => tag !== replica.tag)
  for (let step = 0; step < stepsPerRound; step++) {
    await random.pick(deeds)(random.pick(peers), `${label}/${step}`)
    await setImmediate()
  }
  await Promise.all(waiting)
}

/** Returns the state of the store in the form of a view. */
async function askForEverything(device: Device) {
  const dialogs = await device.call<Dialog[]>('getDialogsList', [0, pageItems])
  const conversations = dialogs.map(async ({ userInfo, lastSeq, readSeq, peerReadSeq, unreadIncoming }) => {
    const messages: Message[] = []
    for (let from = 1; from <= lastSeq; from += pageItems) {
      const to = from + pageItems - 1
      messages.push(...(await device.call<Message[]>('getMessagesBySeq', [userInfo.tag, from, to])))
    }
    const plain = messages.map(({ isRead, ...message }) => ({ ...message, date: Date.parse(message.date) }))
    return { tag: userInfo.tag, firstName: userInfo.firstName, readSeq, peerReadSeq, unreadIncoming, messages: plain }
  })
  return (await Promise.all(conversations)).sort(byTag)
}

function conversationsIn({ view }: Replica) {
  return Array.from(view.conversations, ([tag, { firstName, readSeq, peerReadSeq, messages }]) => {
    const inOrder = [...messages.values()].sort((one, other) => one.seq - other.seq)
    const unread = inOrder.filter(({ senderTag, seq }) => senderTag === tag && seq > readSeq)
    return { tag, firstName, readSeq, peerReadSeq, unreadIncoming: unread.length, messages: inOrder }
  }).sort(byTag)
}

const byTag = (one: { tag: string }, other: { tag: string }) => (one.tag < other.tag ? -1 : 1)

/** Compares the view of a device that has caught up once and has listened since, not another answer of getUpdates. */
async function checkTexts(t: Test, replicas: Replica[], sent: Sent[], label: string) {
  for (const replica of replicas) {
    await replica.settle()
    const known = conversationsIn(replica).flatMap(({ messages }) => messages.map(({ text }) => text))
    const own = sent.filter(({ from, to }) => from === replica.tag || to === replica.tag).map(({ text }) => text)
    t.same(known.sort(), own.sort(), `${replica.tag} has every message, once, after ${label}`)
  }
}

async function checkAgainstStore(t: Test, device: Device, replicas: Replica[]) {
  const truth = await askForEverything(device)
  for (const { tag, messages } of truth) {
    const seqs = messages.map(({ seq }) => seq)
    t.same(
      seqs,
      seqs.map((_, index) => index + 1),
      `with ${tag} there is no gap`
    )
  }
  for (const replica of replicas) {
    t.same(replica.view.contradictions, [])
    t.same(conversationsIn(replica), truth, `${replica.tag} knows what the store knows`)
  }
}

t.test('after random cuts of connections and a kill of the server every device knows everything', async (t) => {
  const random = createRandom(t)
  const dir = t.testdir()
  const start = () => startMessenger(t, { dir, entry, environment: { RATE_LIMITS: 'off' } })
  let messenger = await start()
  const wire = await openWire(t, messenger.url)
  const cookies = await Promise.all(names.map((name) => messenger.signUp(name)))
  const devicesOf = names.map((name, index) => {
    const options = { url: wire.url, tag: `@${name}`, cookie: cookies[index] as string }
    return Array.from({ length: devicesEach }, () => openReplica(t, { ...options, limit: 1 + random.below(20) }))
  })
  const replicas = devicesOf.flat()
  for (const replica of replicas) await replica.settle()

  const sent: Sent[] = []
  for (let round = 0; round < rounds; round++) {
    // No message follows at the end, so missed read marks and names cannot come with it.
    const talkativeness = round < rounds - 1 ? 60 : 0
    const label = `round ${round}`
    const acting = replicas.map((replica, index) =>
      act(replica, random, { label: `${label}, ${index}`, sent, talkativeness })
    )
    if (round % 2 === 1) wire.cut()
    if (round === rounds / 2) {
      await messenger.end('SIGKILL')
      messenger = await start()
      wire.leadTo(messenger.url)
    }
    await Promise.all(acting)
    await checkTexts(t, replicas, sent, label)
  }

  for (const replica of replicas) await replica.catchUp()
  for (const [index, devices] of devicesOf.entries()) {
    await checkAgainstStore(t, await messenger.connect(cookies[index] as string), devices)
  }
})
