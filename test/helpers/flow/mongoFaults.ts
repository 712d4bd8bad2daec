import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Dialog } from '../../../src/schemas/dialog.js'
import type { Device } from '../device.js'
import { entry, startMessenger } from '../messengerProcess.js'
import { type MongoWire, openMongoWire } from '../mongoWire.js'
import { checkDialog } from './truth.js'

const names = ['ann', 'bob', 'cid']
const maxAnswerMs = 6000
const maxRecoveryMs = 10_000
const retryMs = 20

interface Person {
  tag: string
  devices: Device[]
}

/** The outcome of all calls. */
interface Log {
  /** The acknowledged messages of each device, in order. */
  acknowledged: Map<Device, { to: string; text: string }[]>
  refusals: number
  slowestMs: number
}

/** Sends one message after the other and repeats each until it is acknowledged. */
async function talk(log: Log, device: Device, to: string, { label, isOver }: { label: string; isOver(): boolean }) {
  for (let number = 0; !isOver(); number++) {
    const text = `${label}/${number}`
    const params = { receiverTag: to, text, clientMessageId: text }
    while (!(await timed(log, device, 'sendMessageToUser', params))) await delay(retryMs)
    log.acknowledged.get(device)?.push({ to, text })
  }
}

/** Reads again and again, with or without success. */
async function read(log: Log, device: Device, peer: string, isOver: () => boolean) {
  while (!isOver()) {
    await timed(log, device, 'getDialogsList', { startIndex: 0, endIndex: 9 })
    await timed(log, device, 'markMessagesWithUserAsRead', { senderTag: peer })
    await delay(retryMs)
  }
}

/** @returns whether a call was answered */
async function timed(log: Log, { call, socket }: Device, method: string, params: Record<string, unknown>) {
  const start = performance.now()
  const isAnswered = await call(method, params).then(
    () => true,
    () => false
  )
  log.slowestMs = Math.max(log.slowestMs, performance.now() - start)
  if (!isAnswered) log.refusals++
  // No later call would be answered.
  if (socket.readyState !== socket.OPEN) throw new Error('The connection has ended.')
  return isAnswered
}

/** Resolves when each device has this number of acknowledgements more. */
async function progress({ acknowledged }: Log, count: number): Promise<void> {
  const goals = [...acknowledged.values()].map((texts) => ({ texts, goal: texts.length + count }))
  while (goals.some(({ texts, goal }) => texts.length < goal)) await delay(retryMs)
}

async function checkPerson(t: Test, { tag, devices }: Person, { acknowledged }: Log) {
  const [reader] = devices as [Device]
  for (const dialog of await reader.call<Dialog[]>('getDialogsList', [0, 9])) {
    const texts = (await checkDialog(t, reader, dialog)).map(({ text }) => text)
    t.equal(new Set(texts).size, texts.length, 'nothing is there twice')
    for (const device of devices) {
      const own = (acknowledged.get(device) ?? []).filter(({ to }) => to === dialog.userInfo.tag)
      const expected = own.map(({ text }) => text)
      const wanted = new Set(expected)
      t.same(
        texts.filter((text) => wanted.has(text)),
        expected,
        `all that ${tag} has sent to ${dialog.userInfo.tag} is there, in order`
      )
    }
  }
}

interface Survivors {
  /** The connection of the server to MongoDB. */
  wire: MongoWire
  /** Lets all people send and read during a fault. Then every message is there once, in order. */
  survive(t: Test, name: string, fault: () => Promise<void> | void): Promise<void>
}

/** Starts a server on a MongoDB database, with three people on three devices each. */
export async function startSurvivors(t: Test, url: string): Promise<Survivors> {
  const wire = await openMongoWire(t, url)
  const environment = { DB_URL: wire.url, RATE_LIMITS: 'off', LOG_LEVEL: 'silent' }
  const messenger = await startMessenger(t, { dir: t.testdir(), entry, environment })
  const people = await Promise.all(
    names.map(async (name) => {
      const cookie = await messenger.signUp(name)
      return { tag: `@${name}`, devices: await Promise.all([1, 2, 3].map(() => messenger.connect(cookie))) }
    })
  )

  async function survive(t: Test, name: string, fault: () => Promise<void> | void) {
    let isOver = false
    const log: Log = { acknowledged: new Map(), refusals: 0, slowestMs: 0 }
    const acting = people.flatMap(({ tag, devices }, index) => {
      const [one, other, reader] = devices as [Device, Device, Device]
      const [next, last] = [1, 2].map((step) => people[(index + step) % people.length] as Person) as [Person, Person]
      for (const device of [one, other]) log.acknowledged.set(device, [])
      return [
        talk(log, one, next.tag, { label: `${name} ${tag} 1`, isOver: () => isOver }),
        talk(log, other, last.tag, { label: `${name} ${tag} 2`, isOver: () => isOver }),
        read(log, reader, next.tag, () => isOver)
      ]
    })
    await Promise.race([progress(log, 5), ...acting])
    await fault()
    const back = performance.now()
    await Promise.race([progress(log, 2), ...acting])
    const recoveryMs = performance.now() - back
    isOver = true
    await Promise.all(acting)
    const count = [...log.acknowledged.values()].flat().length
    t.comment(
      `${count} acknowledged, ${log.refusals} refused, slowest ${Math.round(log.slowestMs)} ms, ` +
        `back after ${Math.round(recoveryMs)} ms`
    )
    t.ok(log.slowestMs < maxAnswerMs, 'every call has an answer or an error in time')
    t.ok(recoveryMs < maxRecoveryMs, 'the server recovers by itself')
    for (const person of people) await checkPerson(t, person, log)
  }

  return { wire, survive }
}
