import { setImmediate } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Dialog } from '../../../src/schemas/dialog.js'
import { entry, type MessengerProcess, startMessenger } from '../messengerProcess.js'
import { useMongo } from '../mongod.js'
import { openWire, type Wire } from '../wire.js'
import { openReplica, type Replica } from './replica.js'
import { checkDialog } from './truth.js'

const names = ['ann', 'bob', 'cid']
const messagesPerRestart = 30
const maxUnacknowledged = 2

/** One of two processes, and the wire through which its clients connect. */
interface Place {
  messenger: MessengerProcess
  wire: Wire
}

/** Sends to all others, with a few messages under way at any time. */
async function talk(replica: Replica, sent: string[], isOver: () => boolean) {
  const peers = names.map((name) => `@${name}`).filter((tag) => tag !== replica.tag)
  const underWay: Promise<void>[] = []
  for (let number = 0; !isOver(); number++) {
    const peer = peers[number % peers.length] as string
    const text = `${sent.length} ${replica.tag}/${number}`
    sent.push(text)
    underWay.push(replica.send(peer, text))
    if (underWay.length >= maxUnacknowledged) await underWay.shift()
  }
  await Promise.all(underWay)
}

/** Stops a process and starts it again. Meanwhile its wire leads to the other one. */
async function restart(t: Test, place: Place, other: Place, start: () => Promise<MessengerProcess>) {
  place.wire.leadTo(other.messenger.url)
  t.equal(await place.messenger.end('SIGTERM'), 0)
  place.messenger = await start()
  place.wire.leadTo(place.messenger.url)
  place.wire.cut()
}

async function checkReplica(t: Test, { tag, view }: Replica, { messenger }: Place, cookie: string) {
  const device = await messenger.connect(cookie)
  t.same(view.contradictions, [])
  const dialogs = await device.call<Dialog[]>('getDialogsList', [0, 9])
  t.equal(dialogs.length, names.length - 1)
  for (const dialog of dialogs) {
    const history = (await checkDialog(t, device, dialog)).map(({ _id, seq, text }) => ({ _id, seq, text }))
    const messages = [...(view.conversations.get(dialog.userInfo.tag)?.messages.values() ?? [])]
    const known = messages.map(({ _id, seq, text }) => ({ _id, seq, text })).sort((one, two) => one.seq - two.seq)
    t.same(known, history, `${tag} knows everything`)
  }
  return dialogs
}

/** Stops and starts two processes in turn, under load. Then every device knows every message once. */
export async function restartInTurn(t: Test, restarts: number) {
  const environment = { DB_URL: (await useMongo(t))(t), RATE_LIMITS: 'off', LOG_LEVEL: 'silent' }
  const dir = t.testdir()
  const start = () => startMessenger(t, { dir, entry, environment })
  const open = async (): Promise<Place> => {
    const messenger = await start()
    return { messenger, wire: await openWire(t, messenger.url) }
  }
  const places = [await open(), await open()] as [Place, Place]
  const cookies = await Promise.all(names.map((name) => places[0].messenger.signUp(name)))
  const replicas = names.flatMap((name, index) =>
    places.map(({ wire }) =>
      openReplica(t, { url: wire.url, tag: `@${name}`, cookie: cookies[index] as string, limit: 50 })
    )
  )
  for (const replica of replicas) await replica.settle()

  let isOver = false
  const sent = replicas.map(() => [] as string[])
  const talking = replicas.map((replica, index) => talk(replica, sent[index] as string[], () => isOver))
  const everything = () => sent.flat().length
  for (let count = 0; count < restarts; count++) {
    const [place, other] = count % 2 ? [places[0], places[1]] : [places[1], places[0]]
    const enough = everything() + messagesPerRestart
    await restart(t, place, other, start)
    while (everything() < enough) await setImmediate()
  }
  isOver = true
  await Promise.all(talking)
  t.comment(`${everything()} messages`)
  for (const replica of replicas) await replica.catchUp()
  for (const [index, replica] of replicas.entries()) {
    await checkReplica(t, replica, places[0], cookies[Math.floor(index / 2)] as string)
  }
}
