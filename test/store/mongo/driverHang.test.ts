import { channel } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { MongoClient, MongoNetworkError } from 'mongodb'
import t, { type Test } from 'tap'
import { patchDriver } from '../../../src/store/mongo/driverPatch.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'
import { openMongoWire } from '../../helpers/mongoWire.js'

/** A client, and the sockets that it has opened until it was connected. */
async function connect(url: string): Promise<{ client: MongoClient; sockets: Socket[] }> {
  const sockets: Socket[] = []
  const onSocket = (message: unknown) => void sockets.push((message as { socket: Socket }).socket)
  const opened = channel('net.client.socket')
  opened.subscribe(onSocket)
  const client = await new MongoClient(url, { heartbeatFrequencyMS: 500 }).connect()
  opened.unsubscribe(onSocket)
  return { client, sockets }
}

/** Destroys sockets. @returns resolves when they have told so */
async function destroy(sockets: Socket[]): Promise<void> {
  const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
  for (const socket of sockets) socket.destroy()
  await Promise.all(closed)
}

/** Returns the outcome of a command on a destroyed socket that has not yet emitted `close`. Another command has its answer by then. */
async function commandOnDestroyed(t: Test, url: string): Promise<unknown> {
  const { client, sockets } = await connect(url)
  t.teardown(() => client.close())
  let outcome: unknown = 'waiting'
  const destroyed = destroy(sockets)
  client
    .db()
    .command({ ping: 1 })
    .catch((error: unknown) => {
      outcome = error
    })
  await destroyed
  await client.db().collection('settings').findOne()
  return outcome
}

/** The same of a heartbeat, without which the client never finds a server again. */
async function heartbeatOnDestroyed(t: Test, url: string): Promise<unknown> {
  const { client, sockets } = await connect(url)
  t.teardown(() => client.close())
  let outcome: unknown = 'waiting'
  client.once('serverHeartbeatFailed', ({ failure }) => {
    outcome = failure
  })
  // The client tells so before it writes.
  await new Promise<void>((resolve) => client.once('serverHeartbeatStarted', () => resolve(destroy(sockets))))
  await client.db().collection('settings').findOne()
  return outcome
}

t.test('the driver on a socket that is destroyed', { skip: withoutMongo }, async (t) => {
  const url = (await useMongo(t))(t)
  const mended = 'the driver is mended: the patch is not needed any more, see ADR 10'

  t.test('waits for ever without the patch', async (t) => {
    t.equal(await commandOnDestroyed(t, url), 'waiting', mended)
    t.equal(await heartbeatOnDestroyed(t, url), 'waiting', mended)
  })

  t.test('takes the connection for broken with the patch', async (t) => {
    patchDriver()
    t.type(await commandOnDestroyed(t, url), MongoNetworkError)
    t.type(await heartbeatOnDestroyed(t, url), MongoNetworkError)
  })
})

t.test(
  'a write that a server does not read ends after the time limit of the socket',
  { skip: withoutMongo },
  async (t) => {
    patchDriver()
    const wire = await openMongoWire(t, (await useMongo(t))(t))
    const client = await new MongoClient(wire.url, { socketTimeoutMS: 200 }).connect()
    const documents = client.db().collection('documents')
    await documents.findOne()
    wire.freeze()
    // More than the buffers between the two take.
    const large = Array.from('abc', () => ({ text: 'x'.repeat(10_000_000) }))
    await t.rejects(documents.insertMany(large), { message: 'The connection has closed.' }, 'the write is refused')
    await client.close()
  }
)
