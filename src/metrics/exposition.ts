import type { IntervalHistogram } from 'node:perf_hooks'
import type { Metric } from 'prom-client'
import type { Counters, Distribution } from './counters.js'

/** Values that are read when Prometheus asks. */
interface Readings {
  connections(): number
  usersOnline(): number
  /** In nanoseconds, including the interval of the measurement. */
  eventLoopDelay: IntervalHistogram
  resolutionMs: number
}

interface Value {
  metricName?: string
  labels?: Record<string, string | number>
  value: number
}

type Show = (name: string, help: string, read: () => number) => void

/** Makes the text for Prometheus. The library is loaded with the first reading, because it would slow down a start. */
export async function createExposition(counters: Counters, readings: Readings) {
  const { Registry } = (await import('prom-client')).default
  const registry = new Registry()

  // The library's own metrics would count a second time.
  function show(type: 'gauge' | 'counter' | 'histogram', name: string, help: string, read: () => Value[]) {
    const get = async () => ({ name, help, type, values: read() })
    registry.registerMetric({ name, get } as unknown as Metric)
  }

  const gauge: Show = (name, help, read) => show('gauge', name, help, () => [{ value: read() }])
  const counter: Show = (name, help, read) => show('counter', name, help, () => [{ value: read() }])
  const perMethod = (name: string, help: string, kind: 'calls' | 'errors') =>
    show('counter', name, help, () =>
      Array.from(counters.callCounts, ([method, count]) => ({ labels: { method }, value: count[kind] }))
    )
  const histogram = (name: string, help: string, distribution: Distribution) =>
    show('histogram', name, help, () => valuesOf(name, distribution))

  gauge('messenger_connections', 'WebSocket connections that are open.', readings.connections)
  gauge('messenger_users_online', 'Users with a connection to this process.', readings.usersOnline)
  counter('messenger_messages_total', 'Messages stored, each once.', () => counters.messages)
  perMethod('messenger_rpc_calls_total', 'JSON-RPC calls and notifications, and what is neither.', 'calls')
  perMethod('messenger_rpc_errors_total', 'JSON-RPC calls and notifications that were refused or failed.', 'errors')
  histogram('messenger_commit_writes', 'Writes in a commit.', counters.commitWrites)
  histogram('messenger_commit_duration_seconds', 'How long a commit took.', counters.commitSeconds)
  showProcess(gauge, counter)
  showEventLoop(gauge, readings)
  return { contentType: registry.contentType, metrics: () => registry.metrics() }
}

function showProcess(gauge: Show, counter: Show): void {
  // Computed once: a start time that moves would look like a restart.
  const startedAt = Date.now() / 1000 - process.uptime()
  counter('process_cpu_seconds_total', 'CPU time of the process.', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
  gauge('process_resident_memory_bytes', 'Memory of the process.', () => process.memoryUsage.rss())
  gauge('nodejs_heap_size_used_bytes', 'Memory that JavaScript uses.', () => process.memoryUsage().heapUsed)
  gauge('process_start_time_seconds', 'When the process started, since 1970.', () => startedAt)
}

/** Shows the delay since the last reading; 0 without a sample. */
function showEventLoop(gauge: Show, { eventLoopDelay: delay, resolutionMs }: Readings): void {
  const seconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000)
  const says = 'of the time that the event loop was late, since the last reading'
  gauge('nodejs_eventloop_lag_p50_seconds', `Median ${says}.`, () => seconds(delay.percentile(50)))
  gauge('nodejs_eventloop_lag_p99_seconds', `99th percentile ${says}.`, () => seconds(delay.percentile(99)))
  gauge('nodejs_eventloop_lag_max_seconds', `Maximum ${says}.`, () => {
    const worst = seconds(delay.max)
    delay.reset()
    return worst
  })
}

/** Returns the series of a histogram. Each bucket includes those before it. */
function valuesOf(name: string, { bounds, read }: Distribution): Value[] {
  const { sum, count, counts } = read()
  let upTo = 0
  const buckets = bounds.map((le, index) => {
    upTo += counts[index] as number
    return { metricName: `${name}_bucket`, labels: { le }, value: upTo }
  })
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, value: sum },
    { metricName: `${name}_count`, value: count }
  ]
}
