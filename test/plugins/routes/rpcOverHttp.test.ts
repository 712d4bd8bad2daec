import t from 'tap'
import { stopClock } from '../../helpers/clock.js'
import { startServer } from '../../helpers/server.js'

t.test('the methods can be called over HTTP', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  const bob = await (await server.signUp('bob')).connect()
  const call = async (
    body: string | Buffer,
    headers: Record<string, string> = { authorization: `Bearer ${ann.token}` }
  ) => {
    const response = await fetch(`${server.url}/rpc`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body
    })
    return { status: response.status, text: await response.text() }
  }

  const send = '{"jsonrpc":"2.0","method":"sendMessageToUser","params":["@bob","by curl"],"id":1}'
  const { status, text } = await call(send)
  t.equal(status, 200)
  t.match(JSON.parse(text), { result: { status: 'OK', message: { text: 'by curl' } }, id: 1 })
  t.match(await bob.notification(), { code: 3001, body: { senderTag: '@ann', text: 'by curl' } })

  for (const method of ['getSelfInfo', 'getDialogsList']) {
    const answer = await call(`{"jsonrpc":"2.0","method":"${method}"}`)
    t.same(answer, { status: 204, text: '' }, 'a notification has no answer')
  }
  t.match(JSON.parse((await call(`[${send},${send}]`, { cookie: ann.cookie })).text), [{ id: 1 }, { id: 1 }], 'a batch')
  const parseError = '{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}'
  for (const body of ['{', '']) t.same(await call(body), { status: 200, text: parseError }, body)
  const empty = await fetch(`${server.url}/rpc`, { method: 'POST', headers: { cookie: ann.cookie } })
  t.equal(await empty.text(), parseError, 'no body at all')

  const invalid = Buffer.from('{"jsonrpc":"2.0","method":"sendMessageToUser","params":["@bob","?"],"id":1}')
  invalid[invalid.indexOf('?')] = 0xff
  t.same(await call(invalid), { status: 200, text: parseError }, 'text that is no UTF-8')

  t.match(await call('{"jsonrpc":"2.0","method":"getSelfInfo"}', {}), { status: 401 }, 'a notification of nobody')
  const refused = await call(send, {})
  t.equal(refused.status, 401)
  t.match(JSON.parse(refused.text), { error: { code: -32001, message: 'Unauthenticated' }, id: 1 })
  t.match(await call('{}', { 'content-type': 'text/plain' }), { status: 415, text: /UnsupportedMediaTypeError/ })
})

t.test('a call over its rate limit gets 429', async (t) => {
  stopClock(t)
  const start = (rate: Record<string, unknown>) =>
    startServer(t, { config: { app: { rateLimits: 'on' }, rate: { maxDelayMs: 0, ...rate } } })
  const request = (id?: number) => ({ jsonrpc: '2.0', method: 'sendMessageToUser', params: ['@bob', 'Hello'], id })

  for (const rate of [{ callBurst: 1 }, { messageBurst: 1, callsPerSecond: 0 }]) {
    const server = await start(rate)
    const [{ cookie }] = [await server.signUp('ann'), await server.signUp('bob')]
    const call = (body: unknown) => server.post('/rpc', body, { cookie })
    t.equal((await call(request(1))).status, 200)
    const refused = await call(request(2))
    t.same([refused.status, refused.headers.get('retry-after')], [429, '1'])
    t.match(await refused.json(), { error: { code: -32005, data: { retryAfterMs: Number } }, id: 2 })
    const batch = await call([request(3)])
    t.same([batch.status, batch.headers.get('retry-after')], [200, null], 'a batch may hold other answers as well')
    t.match(await batch.json(), [{ error: { code: -32005 }, id: 3 }])
    const notification = await call(request())
    t.same([notification.status, await notification.text()], [429, ''])
  }
})
