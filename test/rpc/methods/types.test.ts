import t from 'tap'
import { methods } from '../../../src/rpc/index.js'
import { startServer } from '../../helpers/server.js'

interface ParameterSchema {
  type: string
  default?: unknown
}

const strangers: [type: string, value: string][] = [
  ['string', '"@bob"'],
  ['integer', '1'],
  ['null', 'null'],
  ['boolean', 'true'],
  ['list', '["@bob"]'],
  ['operator', '{"$ne":null}'],
  ['operator', '{"$regex":".*"}'],
  ['operator', '{"$where":"sleep(1000)"}'],
  ['fraction', '1.5'],
  ['infinite', '1e400'],
  ['text that is no text', '{"length":1,"toString":null}']
]

t.test('a parameter of the wrong type is refused, for every parameter', async (t) => {
  const server = await startServer(t)
  const errors = t.capture(server.app.log, 'error')
  const ann = await (await server.signUp('ann')).connect()
  const bob = await (await server.signUp('bob')).connect()
  const right: Record<string, unknown> = { string: '"Bob"', integer: '1' }

  for (const [method, { params }] of Object.entries(methods)) {
    const parameters = Object.entries(params.properties as Record<string, ParameterSchema>)
    for (const [name, { type }] of parameters) {
      for (const [strange, value] of strangers.filter(([stranger]) => stranger !== type)) {
        const given = parameters.map(([other, schema]) => `"${other}":${other === name ? value : right[schema.type]}`)
        const answer = await ann.ask(`{"jsonrpc":"2.0","id":1,"method":"${method}","params":{${given}}}`)
        t.match(answer, { error: { code: -32602, data: { path: `/${name}` } } }, `${method}: ${name} is ${strange}`)
      }
    }
  }
  t.same(await bob.rest(), [])
  t.same(errors(), [])
})

t.test('a negative zero counts as zero', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  const zero = '{"jsonrpc":"2.0","id":-0,"method":"getDialogsList","params":[-0,1]}'
  t.same(await ann.ask(zero), { jsonrpc: '2.0', result: [], id: 0 })
})
