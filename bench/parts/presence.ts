import type { WebSocket } from 'ws'
import { notifications } from '../../src/schemas/notification.js'
import type { Store } from '../../src/store/store.js'
import type { Effort } from '../effort.js'
import { inFolder } from '../folder.js'
import { connect, connectAll, createPeople, type Person, request, withStoreOf } from '../load/people.js'
import { type Measured, startMessenger, startReference } from '../processes.js'
import { ratios, type Tables } from '../report.js'
import { inTurn } from '../rounds.js'

const codes: number[] = [notifications.contactOnline.code, notifications.contactOffline.code]

/** Measures the cost of one presence notification among many contacts. */
export async function presence({ rounds, contacts, announcements }: Effort): Promise<Tables> {
  const [relay, messenger] = await inFolder(async (dir) => {
    const [own, ...others] = await withStoreOf(dir, (store) => createContacts(store, contacts))
    const stages = [await openRelay(own as Person, others), await openMessenger(dir, own as Person, others)]
    const results = await inTurn(
      rounds,
      stages.map((stage) => () => costOf(stage, announcements))
    )
    for (const { close } of stages) await close()
    return results
  })
  return {
    [`Presence, told to ${contacts} contacts`]: [
      { name: "CPU, messenger's notification / relay's forward", values: ratios(messenger, relay), reach: 1.5 },
      { name: 'relay: CPU, us a forward', values: relay ?? [] },
      { name: 'messenger: CPU, us a notification, the handshakes included', values: messenger ?? [] }
    ]
  }
}

interface Stage {
  server: Measured
  /** Announces a user, and waits until all contacts are notified. @returns the number of notifications */
  announce(): Promise<number>
  close(): Promise<void>
}

/** Creates a user and the given number of contacts. */
async function createContacts(store: Store, contacts: number): Promise<Person[]> {
  const [own, ...others] = (await createPeople(store, contacts + 1)) as [Person, ...Person[]]
  const hello = others.map(({ tag }) => store.messages.add({ sender: own, receiverTag: tag, text: 'hello' }))
  await Promise.all(hello)
  return [own, ...others]
}

async function openRelay(own: Person, others: Person[]): Promise<Stage> {
  const server = await startReference('relay', 'relay.js')
  const audience = listen(await connectAll(server, others))
  const announcer = await connect(server, own)
  return {
    server,
    async announce() {
      announcer.send(request(1, 'announce', []))
      return audience.told()
    },
    async close() {
      announcer.terminate()
      audience.close()
      await server.stop()
    }
  }
}

async function openMessenger(dir: string, own: Person, others: Person[]): Promise<Stage> {
  const server = await startMessenger(dir, { PRESENCE_OFFLINE_GRACE_MS: '0' })
  const audience = listen(await connectAll(server, others))
  return {
    server,
    async announce() {
      const connection = await connect(server, own)
      const came = await audience.told()
      connection.terminate()
      return came + (await audience.told())
    },
    async close() {
      audience.close()
      await server.stop()
    }
  }
}

/** @returns CPU time of a notification in microseconds */
async function costOf({ server, announce }: Stage, announcements: number): Promise<number> {
  const before = server.cpuMicroseconds()
  let notifications = 0
  for (let number = 0; number < announcements; number++) notifications += await announce()
  return (server.cpuMicroseconds() - before) / notifications
}

/** Waits for notifications on all connections. */
function listen(sockets: WebSocket[]) {
  let told = 0
  let onAll = () => {}
  for (const socket of sockets) {
    socket.on('message', (data) => {
      if (codes.includes(JSON.parse(String(data)).code) && ++told % sockets.length === 0) onAll()
    })
  }
  return {
    /** Resolves when each connection has received one. @returns the number of connections */
    told: () =>
      new Promise<number>((resolve) => {
        onAll = () => resolve(sockets.length)
      }),
    close() {
      for (const socket of sockets) socket.terminate()
    }
  }
}
