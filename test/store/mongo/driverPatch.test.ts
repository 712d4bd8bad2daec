import { EventEmitter } from 'node:events'
import t from 'tap'
import { patchDriver } from '../../../src/store/mongo/driverPatch.js'

type Once = (emitter: EventEmitter, name: string) => Promise<unknown>

const path = 'mongodb/lib/utils.js'

t.test('what waits to write to a connection that ends does not wait for ever', async (t) => {
  await patchDriver()
  await patchDriver()
  const { once }: { once: Once } = (await import(path)).default
  const socket = new EventEmitter()
  const drained = once(socket, 'drain')
  socket.emit('drain')
  await drained
  t.equal(socket.listenerCount('close'), 0)

  const cut = once(socket, 'drain')
  socket.emit('close')
  await t.rejects(cut, { message: 'The connection has closed.' })

  const opened = once(socket, 'connect')
  socket.emit('connect', 'there')
  t.equal(await opened, 'there')
})
