import t from 'tap'
import Type from 'typebox'
import { method } from '../../src/rpc/method.js'
import { startServer } from '../helpers/server.js'

const methods = {
  ping: method({ summary: '', params: Type.Object({}), result: Type.String(), run: async () => 'pong' })
}

t.test('an answer has the exact id of its request', async (t) => {
  const server = await startServer(t, { methods })
  const ann = await (await server.signUp('ann')).connect()

  for (const id of ['"0.8372912"', '""', '0', '-7', '1.5', '9007199254740991', 'null', '"ключ"']) {
    const answer = await ann.ask(`{"jsonrpc":"2.0","method":"ping","id":${id}}`)
    t.same(answer, { jsonrpc: '2.0', result: 'pong', id: JSON.parse(id) }, id)
  }
})

t.test('a text that is not a request is refused', async (t) => {
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

t.test('properties of every object are neither methods nor parameters', async (t) => {
  const server = await startServer(t, { methods })
  const ann = await (await server.signUp('ann')).connect()

  for (const name of ['toString', '__proto__', 'constructor']) t.match(await ann.refusal(name), { code: -32601 }, name)
  for (const params of ['{"constructor":1}', '{"toString":1}', '{"constructor":{"name":1}}']) {
    const answer = await ann.ask(`{"jsonrpc":"2.0","method":"ping","params":${params},"id":1}`)
    t.match(answer, { error: { code: -32602, data: { path: /^.(constructor|toString)$/ } }, id: 1 }, params)
  }
})

t.test('a method that fails does not reveal the reason', async (t) => {
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

t.test('legacy clients send the version as a number and, if configured, receive one', async (t) => {
  const server = await startServer(t, { methods, config: { legacyWire: true } })
  const ann = await (await server.signUp('ann')).connect()

  const answer = await ann.ask('{"jsonrpc":2,"method":"ping","id":"0.8372"}')
  t.same(answer, { jsonrpc: 2, result: 'pong', id: '0.8372' })
  t.same(await ann.ask('?'), { jsonrpc: 2, error: { code: -32700, message: 'Parse error' }, id: null })
})

const ping = (id?: number) => ({ jsonrpc: '2.0', method: 'ping', id })
const refusal = (name: string, message: string) => ({
  code: -32600,
  message: 'Invalid Request',
  data: { name, message }
})
const tooLarge = refusal('TooLargeError', 'The answers of the batch are too large together.')

t.test('the number of calls in a batch is limited', async (t) => {
  const server = await startServer(t, { methods, config: { webSocket: { maxBatchCalls: 4 } } })
  const ann = await (await server.signUp('ann')).connect()
  const error = refusal('InvalidRequestError', 'A batch has 4 calls at most.')
  t.same(await ann.ask(JSON.stringify([1, 2, 3, 4, 5].map(ping))), { jsonrpc: '2.0', error, id: null })
})

t.test('the size of all answers of a batch is limited', async (t) => {
  const done: string[] = []
  const read = (text: string) =>
    method({ summary: '', params: Type.Object({}), result: Type.String(), returnsPage: true, run: async () => text })
  const write = method({
    summary: '',
    params: Type.Object({ name: Type.String() }),
    result: Type.String(),
    run: async ({ name }) => {
      done.push(name)
      return name
    }
  })
  const maxAnswerBytes = 200_000
  const server = await startServer(t, {
    methods: { ...methods, readShort: read('x'.repeat(90_000)), readLong: read('中'.repeat(60_000)), write },
    config: { webSocket: { maxAnswerBytes } }
  })
  const ann = await server.signUp('ann')
  const device = await ann.connect()
  const call = (name: string, params: string[] = [], id?: string) => ({ jsonrpc: '2.0', method: name, params, id })
  const batch = [
    call('readShort', [], 'fits'),
    call('readLong', [], 'counts bytes'),
    call('write', ['fits'], 'fits behind a page that did not'),
    call('readShort', [], 'fits, too'),
    call('write', ['too late'], 'has no certain room'),
    call('write', ['notification'])
  ]
  const text = JSON.stringify(batch)
  const overHttp = async () => (await server.post('/rpc', batch, { cookie: ann.cookie })).json()
  for (const ask of [() => device.ask(text), overHttp]) {
    const answers = (await ask()) as { id: string; error?: object }[]
    t.ok(Buffer.byteLength(JSON.stringify(answers)) <= maxAnswerBytes)
    t.same(
      answers.map(({ id, error }) => [id, error]),
      [
        ['fits', undefined],
        ['counts bytes', tooLarge],
        ['fits behind a page that did not', undefined],
        ['fits, too', undefined],
        ['has no certain room', tooLarge]
      ]
    )
    t.same(done.splice(0), ['fits', 'notification'], 'a call that is refused has had no effect')
  }
})
