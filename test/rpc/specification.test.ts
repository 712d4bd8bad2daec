import t from 'tap'
import Type from 'typebox'
import { method } from '../../src/rpc/method.js'
import { startServer } from '../helpers/server.js'

const numbers = { minuend: Type.Integer(), subtrahend: Type.Integer() }

/** The methods of the examples in the specification. */
const methods = {
  subtract: method({
    summary: '',
    params: Type.Object(numbers),
    result: Type.Integer(),
    run: async ({ minuend, subtrahend }) => minuend - subtrahend
  }),
  update: takesFive(),
  sum: method({
    summary: '',
    params: Type.Object({ a: Type.Integer(), b: Type.Integer(), c: Type.Integer() }),
    result: Type.Integer(),
    run: async ({ a, b, c }) => a + b + c
  }),
  notify_hello: method({
    summary: '',
    params: Type.Object({ who: Type.Integer() }),
    result: Type.Null(),
    run: async () => null
  }),
  notify_sum: takesFive(),
  get_data: method({
    summary: '',
    params: Type.Object({}),
    result: Type.Array(Type.Unknown()),
    run: async () => ['hello', 5]
  })
}

function takesFive() {
  const optional = Type.Optional(Type.Integer())
  return method({
    summary: '',
    params: Type.Object({ a: optional, b: optional, c: optional, d: optional, e: optional }),
    result: Type.Null(),
    run: async () => null
  })
}

/** https://www.jsonrpc.org/specification, section 7: a text to send, and the text of the answer, if there is one. */
const examples: [title: string, request: string, response?: string][] = [
  [
    'rpc call with positional parameters',
    '{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}',
    '{"jsonrpc": "2.0", "result": 19, "id": 1}'
  ],
  [
    'rpc call with positional parameters, the other way round',
    '{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}',
    '{"jsonrpc": "2.0", "result": -19, "id": 2}'
  ],
  [
    'rpc call with named parameters',
    '{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}',
    '{"jsonrpc": "2.0", "result": 19, "id": 3}'
  ],
  [
    'rpc call with named parameters, the other way round',
    '{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}',
    '{"jsonrpc": "2.0", "result": 19, "id": 4}'
  ],
  ['a Notification', '{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}'],
  ['a Notification of a method that is not there', '{"jsonrpc": "2.0", "method": "foobar"}'],
  [
    'rpc call of non-existent method',
    '{"jsonrpc": "2.0", "method": "foobar", "id": "1"}',
    '{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "1"}'
  ],
  [
    'rpc call with invalid JSON',
    '{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]',
    '{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}'
  ],
  [
    'rpc call with invalid Request object',
    '{"jsonrpc": "2.0", "method": 1, "params": "bar"}',
    '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}'
  ],
  [
    'rpc call Batch, invalid JSON',
    '[\n  {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},\n  {"jsonrpc": "2.0", "method"\n]',
    '{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}'
  ],
  [
    'rpc call with an empty Array',
    '[]',
    '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}'
  ],
  [
    'rpc call with an invalid Batch (but not empty)',
    '[1]',
    '[\n  {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}\n]'
  ],
  [
    'rpc call with invalid Batch',
    '[1,2,3]',
    `[
      {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
      {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
      {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}
    ]`
  ],
  [
    'rpc call Batch',
    `[
      {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
      {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
      {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
      {"foo": "boo"},
      {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
      {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
    ]`,
    `[
      {"jsonrpc": "2.0", "result": 7, "id": "1"},
      {"jsonrpc": "2.0", "result": 19, "id": "2"},
      {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
      {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "5"},
      {"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}
    ]`
  ],
  [
    'rpc call Batch (all notifications)',
    `[
      {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
      {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
    ]`
  ]
]

t.test('the examples of the JSON-RPC 2.0 specification', async (t) => {
  const server = await startServer(t, { methods })
  const ann = await (await server.signUp('ann')).connect()

  for (const [title, request, response] of examples) {
    if (response !== undefined) {
      t.same(await ann.ask(request), JSON.parse(response), title)
      continue
    }
    ann.socket.send(request)
    const probe = '{"jsonrpc": "2.0", "method": "sum", "params": [1,1,1], "id": "next"}'
    t.same(await ann.ask(probe), { jsonrpc: '2.0', result: 3, id: 'next' }, `${title}: not answered`)
  }
})
