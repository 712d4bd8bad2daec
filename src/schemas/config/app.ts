import { Type } from 'typebox'
import { limit } from './setting.js'

/** The process and its HTTP. The environment has these keys without a prefix. */
export const AppConfigSchema = Type.Object({
  port: Type.Integer({ minimum: 0, maximum: 65_535, default: 8000, description: 'Port of HTTP and WebSocket' }),
  host: Type.Optional(Type.String({ description: 'Address to listen on, `webSocket.host` when absent' })),
  nodeEnv: Type.Optional(Type.String({ description: 'In `production` a weak `JWT.privateKey` is refused' })),
  logLevel: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    type: 'string',
    default: 'warn',
    description: 'What goes to the log: this, and what is worse'
  }),
  rateLimits: Type.Enum(['on', 'off'], {
    type: 'string',
    default: 'on',
    description: '`off` switches off everything of `rate`: for tests and benchmarks'
  }),
  trustProxy: Type.Optional(
    Type.String({
      description:
        'Addresses and CIDR ranges of proxies, with commas between them, that are believed whom they speak for'
    })
  ),
  requestTimeoutMs: limit(30_000, 'How long a client has to send a request; looked at every 5 s, or more often'),
  headersTimeoutMs: limit(15_000, 'How long a client has to send the headers of it; looked at as often'),
  connectionTimeoutMs: limit(
    60_000,
    'How long an HTTP client may send nothing of a request, or take nothing of an answer; 0: for ever',
    0
  ),
  keepAliveTimeoutMs: limit(5000, 'How long an HTTP connection is kept for the next request'),
  handlerTimeoutMs: limit(
    10_000,
    'How long the server has to answer an HTTP request from its headers on, so that a body has no longer, but for uploads; 0: for ever',
    0
  ),
  maxRequestsPerSocket: limit(1000, 'HTTP requests over one connection; 0: no limit', 0),
  closeDelayMs: limit(10_000, 'How long a stop may take before it is made by force'),
  bodyLimitBytes: limit(65_536, 'Size of a body that is no picture')
})

/** When the process has too much to do. */
export const OverloadConfigSchema = Type.Object({
  maxEventLoopDelayMs: limit(1000, 'So late the event loop may be, on average, before requests are refused; 0: off', 0),
  maxEventLoopUtilization: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 0.98,
    description:
      'The share of time that the event loop may be busy, if it is late, too, before requests are refused; 0: off'
  }),
  busyEventLoopDelayMs: limit(
    100,
    'How late a busy event loop must be, on average, before requests are refused; 0: not at all',
    0
  ),
  maxRssBytes: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        'Memory of the process before requests are refused; 0: off; three quarters of what the container or the machine has when absent'
    })
  ),
  sampleIntervalMs: limit(5000, 'Of how long all of this is measured, and how long a refused client is asked to wait')
})
