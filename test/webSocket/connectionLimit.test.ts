import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import t from 'tap'
import { WebSocket } from 'ws'
import { startServer } from '../helpers/server.js'

const policyViolation = 1008

t.test('the connections of a user are limited, and the newest one is refused', async (t) => {
  const server = await startServer(t, { config: { webSocket: { maxConnectionsPerUser: 2 } } })
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const [phone, tab] = [await ann.connect(), await ann.connect()]
  const reason = '{"Error":{"name":"TooManyRequestsError","message":"Too many connections of this user."}}'
  for (let time = 0; time < 3; time++) {
    t.same(await (await ann.connect()).closed, { code: policyViolation, reason })
  }
  t.match(await (await bob.connect()).call('getSelfInfo'), { tag: '@bob' }, 'another user')
  for (const device of [phone, tab]) t.match(await device.call('getSelfInfo'), { tag: '@ann' })

  const [served] = server.app.websocketServer.clients
  const closed = once(served as WebSocket, 'close')
  await phone.close()
  await closed
  t.match(await (await ann.connect()).call('getSelfInfo'), { tag: '@ann' }, 'the place of one that has gone')
  t.equal((await (await ann.connect()).closed).code, policyViolation)
})

t.test('the connections of the server are limited, and the newest one is refused before the upgrade', async (t) => {
  const server = await startServer(t, { config: { webSocket: { maxConnections: 2 } } })
  const ann = await server.signUp('ann')
  const open = async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/`, { headers: { cookie: ann.cookie } })
    t.teardown(() => socket.terminate())
    socket.on('error', () => {})
    const [, response] = await Promise.race([once(socket, 'unexpected-response'), once(socket, 'message')])
    return { socket, response: response instanceof Object ? (response as IncomingMessage) : undefined }
  }
  const all = await Promise.all(Array.from({ length: 20 }, open))
  const refused = all.flatMap(({ response }) => response ?? [])
  t.equal(refused.length, 18, 'also when all come at once')
  for (const response of refused) {
    t.match([response.statusCode, response.headers['retry-after']], [503, '5'])
    if (!response.socket.destroyed) await once(response.socket, 'close')
  }
  const [served] = server.app.websocketServer.clients
  const closed = once(served as WebSocket, 'close')
  served?.close()
  await closed
  t.equal((await open()).response, undefined, 'the place of one that has gone')
  t.equal((await open()).response?.statusCode, 503)
})

t.test('0 is no limit', async (t) => {
  const server = await startServer(t, { config: { webSocket: { maxConnections: 0, maxConnectionsPerUser: 0 } } })
  const ann = await server.signUp('ann')
  const devices = await Promise.all(Array.from({ length: 25 }, () => ann.connect()))
  for (const device of devices) t.match(await device.call('getSelfInfo'), { tag: '@ann' })
})
