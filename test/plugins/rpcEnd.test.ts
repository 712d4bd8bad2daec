import { once } from 'node:events'
import t from 'tap'
import type { WebSocket } from 'ws'
import type { Message } from '../../src/schemas/message.js'
import { openDevice } from '../device.js'
import { startServer } from '../server.js'

t.test('when the server stops, what it has read is answered first', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  await server.signUp('bob')
  const [socket] = server.app.websocketServer.clients

  const answer = ann.call('sendMessageToUser', ['@bob', 'just in time'])
  await once(socket as WebSocket, 'message')
  const closed = server.app.close()
  ann.socket.send('{"jsonrpc":"2.0","method":"sendMessageToUser","params":["@bob","too late"]}')
  t.match(await answer, { message: { text: 'just in time' } })
  t.same(await ann.closed, { code: 1001, reason: '' })
  await closed

  const again = await startServer(t, { dir: server.dir })
  const bob = await again.post('/login', { user: { email: 'bob@test.example', password: 'bob-secret' } })
  const { token } = (await bob.json()) as { token: string }
  const device = await openDevice(t, `${again.url.replace('http', 'ws')}/api`, `auth=${token}`)
  t.match(await device.call('getMessagesWithUser', ['@ann']), [{ text: 'just in time' }])
  t.equal((await device.call<Message[]>('getMessagesWithUser', ['@ann'])).length, 1)
})

t.test('a client that does not read is let go when too much waits for it', async (t) => {
  const server = await startServer(t, { config: { webSocket: { maxBufferedBytes: 10_000 } } })
  const ann = await (await server.signUp('ann')).connect()
  const bob = await server.signUp('bob')
  const deaf = await bob.connect()
  deaf.socket.pause()

  let sent = 0
  for (; sent < 5000 && server.app.notifier.isOnline(bob._id); sent++) {
    await ann.call('sendMessageToUser', ['@bob', '中'.repeat(4096)])
  }
  t.ok(sent < 5000, `after ${sent} messages`)
  t.match(await ann.call('getDialogsList'), [{ unreadCount: sent, userInfo: { isOnline: false } }], 'nothing is lost')
})

t.test('a store that fails is logged, and ends neither the server nor the connection', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  const device = await ann.connect()
  const errors = t.capture(server.app.log, 'error')

  await server.app.db.close()
  t.same(await device.refusal('getSelfInfo'), { code: -32000, message: 'Server error' })
  const logIn = await server.post('/login', { user: { email: ann.email, password: ann.password } })
  t.same([logIn.status, await logIn.json()], [500, { Error: { name: 'ServerError', message: 'Server error' } }])
  const [socket] = server.app.websocketServer.clients
  const closed = once(socket as WebSocket, 'close')
  await device.close()
  await closed
  await server.app.close()
  t.equal(errors().length, 3, 'the call, the log-in, and whom to tell that she has gone')
})
