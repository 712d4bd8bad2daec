import t from 'tap'
import type { RpcError } from '../helpers/device.js'
import { startServer } from '../helpers/server.js'

const request = (params: string) => `{"jsonrpc":"2.0","method":"sendMessageToUser","params":${params},"id":7}`

const polluting: [why: string, text: string, id: unknown][] = [
  ['among the parameters', request('{"__proto__":{"a":1}}'), 7],
  ['with escapes', request('{"\\u005f_pr\\u006Fto__":{"a":1}}'), 7],
  ['deep below', request('["@bob",{"a":[{"__proto__":null}]}]'), 7],
  ['in the request itself', '{"__proto__":{"method":"getSelfInfo"},"jsonrpc":"2.0","id":"x"}', 'x'],
  ['in the id, which then is none', '{"jsonrpc":"2.0","method":"getSelfInfo","id":{"__proto__":1}}', null],
  ['by way of the constructor', request('{"constructor":{"prototype":{"a":1}}}'), 7],
  ['in a batch, of which nothing happens', `[${request('["@bob","no"]')},{"__proto__":1}]`, null]
]

t.test('a key that would change what every object inherits is refused', async (t) => {
  const server = await startServer(t)
  const person = await server.signUp('ann')
  const ann = await person.connect()
  const bob = await (await server.signUp('bob')).connect()
  const data = {
    name: 'InvalidRequestError',
    message: 'A key is named __proto__, or constructor with a prototype in it.'
  }

  for (const [why, text, id] of polluting) {
    const refusal = { jsonrpc: '2.0', error: { code: -32600, message: 'Invalid Request', data }, id }
    t.same(await ann.ask(text), refusal, why)
    const headers = { 'content-type': 'application/json', cookie: person.cookie }
    const response = await fetch(`${server.url}/rpc`, { method: 'POST', headers, body: text })
    t.same(await response.json(), refusal, `${why}, over HTTP`)
  }
  t.same(await bob.rest(), [])
  t.equal(Object.hasOwn(Object.prototype, 'a'), false)
})

t.test('a message may contain such words', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  const bob = await (await server.signUp('bob')).connect()

  for (const text of [
    '__proto__',
    '"__proto__": 1',
    '{"__proto__":{"constructor":{"prototype":1}}}',
    '\u001f_proto__'
  ]) {
    t.match(await ann.call('sendMessageToUser', ['@bob', text]), { message: { text } })
    t.match(await bob.notification(), { body: { text } })
  }
})

t.test('deep nesting is refused, and nothing is logged', async (t) => {
  const limit = 1_000_000
  const server = await startServer(t, {
    config: { webSocket: { maxPayloadBytes: limit }, app: { bodyLimitBytes: limit } }
  })
  const errors = t.capture(server.app.log, 'error')
  const ann = await (await server.signUp('ann')).connect()
  const deepList = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const deepObject = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`
  const calls: [where: string, text: (deep: string) => string, code: number][] = [
    ['the id', (deep) => `{"jsonrpc":"2.0","method":"getSelfInfo","id":${deep}}`, -32600],
    ['the method', (deep) => `{"jsonrpc":"2.0","method":${deep},"id":1}`, -32600],
    ['the version', (deep) => `{"jsonrpc":${deep},"method":"getSelfInfo","id":1}`, -32600],
    ['the text', (deep) => request(`["@bob",${deep}]`), -32602],
    ['the receiver', (deep) => request(`{"receiverTag":${deep},"text":"hello"}`), -32602],
    ['an unknown parameter', (deep) => request(`{"receiverTag":"@bob","text":"hello","a":${deep}}`), -32602],
    ['one of many suspicious words', (deep) => request(`["__proto__",${deep}]`), -32602]
  ]
  for (const deep of [deepList, deepObject]) {
    for (const [where, text, code] of calls) {
      const { error } = (await ann.ask(text(deep))) as { error: RpcError }
      t.equal(error.code, code, where)
    }
  }
  const params = (await ann.ask(request(deepList))) as { error: RpcError }
  t.equal(params.error.code, -32602, 'the parameters')
  const outer = await ann.ask(deepList)
  t.match(outer, [{ error: { code: -32600 }, id: null }], 'the whole, which is a batch of one')
  t.match(await ann.ask(deepObject), { error: { code: -32600 }, id: null })
  t.same(errors(), [])
})
