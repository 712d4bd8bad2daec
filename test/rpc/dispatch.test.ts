import t from 'tap'
import Type from 'typebox'
import { method } from '../../src/rpc/method.js'
import { startServer } from '../server.js'

const methods = {
  ping: method({ summary: '', params: Type.Object({}), result: Type.String(), run: async () => 'pong' })
}

t.test('an id comes back as it was sent', async (t) => {
  const server = await startServer(t, { methods })
  const ann = await (await server.signUp('ann')).connect()

  for (const id of ['"0.8372912"', '""', '0', '-7', '1.5', '9007199254740991', 'null', '"ключ"']) {
    const answer = await ann.ask(`{"jsonrpc":"2.0","method":"ping","id":${id}}`)
    t.same(answer, { jsonrpc: '2.0', result: 'pong', id: JSON.parse(id) }, id)
  }
})

t.test('what is no request', async (t) => {
  const server = await startServer(t, { methods })
  const ann = await (await server.signUp('ann')).connect()
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`

  const refused: [why: string, request: string, id?: unknown][] = [
    ['an id is no object', '{"jsonrpc":"2.0","method":"ping","id":{}}'],
    ['an id is no list, however deep', `{"jsonrpc":"2.0","method":"ping","id":${deep}}`],
    ['an id is no boolean', '{"jsonrpc":"2.0","method":"ping","id":true}'],
    ['a number would come back as another one', '{"jsonrpc":"2.0","method":"ping","id":12345678901234567890}'],
    ['a number would come back as null', '{"jsonrpc":"2.0","method":"ping","id":1e999}'],
    ['params are structured', '{"jsonrpc":"2.0","method":"ping","params":7,"id":1}', 1],
    ['params are not null', '{"jsonrpc":"2.0","method":"ping","params":null,"id":1}', 1],
    ['the version is missing', '{"method":"ping","id":"a"}', 'a'],
    ['the version is another one', '{"jsonrpc":"1.0","method":"ping","id":"a"}', 'a'],
    ['a text is no request', '"ping"'],
    ['null is no request', 'null']
  ]
  for (const [why, request, id = null] of refused) {
    const error = { code: -32600, message: 'Invalid Request' }
    t.same(await ann.ask(request), { jsonrpc: '2.0', error, id }, why)
  }
})

t.test('names that every object has are no methods and no parameters', async (t) => {
  const server = await startServer(t, { methods })
  const ann = await (await server.signUp('ann')).connect()

  for (const name of ['toString', '__proto__', 'constructor']) t.match(await ann.refusal(name), { code: -32601 }, name)
  for (const params of ['{"constructor":1}', '{"toString":1}', '{"constructor":{"name":1}}']) {
    const answer = await ann.ask(`{"jsonrpc":"2.0","method":"ping","params":${params},"id":1}`)
    t.match(answer, { error: { code: -32602, data: { path: /^.(constructor|toString)$/ } }, id: 1 }, params)
  }
})

t.test('a method that fails says nothing about why', async (t) => {
  const failing = method({
    summary: '',
    params: Type.Object({}),
    result: Type.Null(),
    run: () => Promise.reject(new Error('password of the database: 1234'))
  })
  const server = await startServer(t, { methods: { ...methods, failing } })
  const ann = await (await server.signUp('ann')).connect()

  t.same(await ann.refusal('failing'), { code: -32000, message: 'Server error' })
  ann.socket.send('{"jsonrpc":"2.0","method":"failing"}')
  t.same(await ann.call('ping'), 'pong', 'and the connection goes on')
})

t.test('first-generation clients send and, if configured, receive the version as a number', async (t) => {
  const server = await startServer(t, { methods, config: { legacyWire: true } })
  const ann = await (await server.signUp('ann')).connect()

  const answer = await ann.ask('{"jsonrpc":2,"method":"ping","id":"0.8372"}')
  t.same(answer, { jsonrpc: 2, result: 'pong', id: '0.8372' })
  t.same(await ann.ask('?'), { jsonrpc: 2, error: { code: -32700, message: 'Parse error' }, id: null })
})

t.test('a batch has so many calls, and answers of such a size together', async (t) => {
  const server = await startServer(t, { methods, config: { webSocket: { maxBatchCalls: 4, maxAnswerBytes: 50 } } })
  const ann = await (await server.signUp('ann')).connect()
  const ping = (id: number) => ({ jsonrpc: '2.0', method: 'ping', id })
  const refusal = (name: string, message: string) => ({
    code: -32600,
    message: 'Invalid Request',
    data: { name, message }
  })

  t.same(await ann.ask(JSON.stringify([1, 2, 3, 4, 5].map(ping))), {
    jsonrpc: '2.0',
    error: refusal('InvalidRequestError', 'A batch has 4 calls at most.'),
    id: null
  })
  const batch = [ping(1), ping(2), { jsonrpc: '2.0', method: 'ping' }, ping(3)]
  t.same(await ann.ask(JSON.stringify(batch)), [
    { jsonrpc: '2.0', result: 'pong', id: 1 },
    { jsonrpc: '2.0', result: 'pong', id: 2 },
    { jsonrpc: '2.0', error: refusal('TooLargeError', 'The request is too large.'), id: 3 }
  ])
})
