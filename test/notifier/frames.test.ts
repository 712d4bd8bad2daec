import t from 'tap'
import Type from 'typebox'
import { method } from '../../src/rpc/method.js'
import { startServer } from '../helpers/server.js'

const repeat = method({
  summary: '',
  params: Type.Object({ text: Type.String(), times: Type.Integer() }),
  result: Type.String(),
  run: async ({ text, times }) => text.repeat(times)
})

t.test('frames of every length arrive as they were sent (RFC 6455, 5.2)', async (t) => {
  const server = await startServer(t, { methods: { repeat } })
  const ann = await (await server.signUp('ann')).connect()
  const around = JSON.stringify({ jsonrpc: '2.0', result: '', id: 1 }).length
  for (const bytes of [around, 125, 126, 127, 65_535, 65_536, 1_000_000]) {
    const { result } = (await ann.ask(request('x', bytes - around))) as { result: string }
    t.equal(result, 'x'.repeat(bytes - around), `${bytes} bytes`)
  }
  const { result } = (await ann.ask(request('中', 50))) as { result: string }
  t.equal(result, '中'.repeat(50), 'a length counts bytes, not characters')
})

const request = (text: string, times: number) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'repeat', params: [text, times] })
