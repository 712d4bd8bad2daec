import { readFileSync } from 'node:fs'
import prometheus from 'prom-client'
import t from 'tap'
import { startServer } from '../helpers/server.js'

const read = async (url: string) => (await fetch(`${url}/metrics`)).text()

/** Returns the value of a series, by its name and labels. */
function seriesOf(text: string, series: string): number {
  const line = text.split('\n').find((line) => line.startsWith(`${series} `))
  return Number(line?.slice(series.length))
}

t.test('the counters show what ann and bob have done', async (t) => {
  const server = await startServer(t)
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const [phone, tab] = [await ann.connect(), await ann.connect()]
  await bob.connect()
  for (const id of ['1', '2', '2']) await phone.call('sendMessageToUser', ['@bob', 'hello', id])
  for (const method of ['toString', 'noMethod']) await phone.refusal(method)
  await phone.refusal('getDialogsList', [1, 1])
  for (const noCall of ['{', '[]', '{"id":1}', '{"__proto__":1}']) await phone.ask(noCall)

  const text = await read(server.url)
  const values: [series: string, value: number][] = [
    ['messenger_connections', 3],
    ['messenger_users_online', 2],
    ['messenger_messages_total', 2],
    ['messenger_rpc_calls_total{method="sendMessageToUser"}', 3],
    ['messenger_rpc_errors_total{method="sendMessageToUser"}', 0],
    ['messenger_rpc_calls_total{method="getDialogsList"}', 1],
    ['messenger_rpc_errors_total{method="getDialogsList"}', 1],
    ['messenger_rpc_calls_total{method="unknown"}', 6],
    ['messenger_rpc_errors_total{method="unknown"}', 6]
  ]
  for (const [series, value] of values) t.equal(seriesOf(text, series), value, series)
  t.notMatch(text, 'noMethod', 'clients cannot make up labels')

  const commits = seriesOf(text, 'messenger_commit_writes_count')
  t.ok(commits >= 5, 'two sign-ups, two messages, and the one that was there')
  t.equal(seriesOf(text, 'messenger_commit_writes_bucket{le="+Inf"}'), commits)
  t.equal(
    seriesOf(text, 'messenger_commit_writes_bucket{le="1000"}'),
    commits,
    'a bucket has what the ones before it have'
  )
  t.equal(seriesOf(text, 'messenger_commit_duration_seconds_count'), commits)
  t.ok(seriesOf(text, 'messenger_commit_duration_seconds_sum') > 0)
  t.ok(seriesOf(text, 'process_cpu_seconds_total') > 0)
  t.ok(seriesOf(text, 'process_resident_memory_bytes') > 2 ** 20)
  const startedAt = seriesOf(text, 'process_start_time_seconds')
  t.ok(startedAt < Date.now() / 1000 && startedAt > Date.now() / 1000 - 600)

  await tab.close()
  await phone.close()
  const later = await read(server.url)
  t.equal(seriesOf(later, 'messenger_users_online'), 1)
  t.equal(seriesOf(later, 'process_start_time_seconds'), startedAt, 'it is the same process')
  t.equal(seriesOf(later, 'messenger_messages_total'), 2, 'counters do not go back')
})

t.test('two servers in one process have counters of their own', async (t) => {
  const [one, other] = [await startServer(t), await startServer(t, { dir: t.testdir({ other: {} }) })]
  await (await one.signUp('ann')).connect()
  t.equal(seriesOf(await read(one.url), 'messenger_connections'), 1)
  t.equal(seriesOf(await read(other.url), 'messenger_connections'), 0)
})

t.test('a failed reading of the metrics does not break the next one', async (t) => {
  const { url } = await startServer(t)
  const { restore } = t.capture(prometheus.Registry.prototype, 'registerMetric', () => {
    throw new Error('no memory')
  })
  t.equal((await fetch(`${url}/metrics`)).status, 500)
  restore()
  const response = await fetch(`${url}/metrics`)
  t.equal(response.status, 200)
  t.match(await response.text(), /^messenger_connections 0$/m)
})

t.test('docs/operation.md lists exactly the metrics that the server has', async (t) => {
  const { url } = await startServer(t)
  const response = await fetch(`${url}/metrics`)
  t.match(response.headers.get('content-type'), /^text\/plain; version=0\.0\.4/)
  const text = await response.text()
  const shown = [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)$/gm)].map(([, name, help, type]) => {
    return `| \`${name}\` | ${type} | ${help} |`
  })
  const page = readFileSync('docs/operation.md', 'utf8')
  const told = page.split('\n').filter((line) => /^\| `(messenger|process|nodejs)_/.test(line))
  t.same(told, shown)
})
