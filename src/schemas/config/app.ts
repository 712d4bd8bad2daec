import { Type } from 'typebox'
import { isAddressList } from '../addresses.js'
import { limit } from './setting.js'

/** The process and its HTTP. The environment has these keys without a prefix. */
export const AppConfigSchema = Type.Object({
  port: Type.Integer({ minimum: 0, maximum: 65_535, default: 8000, description: 'Port of HTTP and WebSocket' }),
  host: Type.Optional(Type.String({ description: 'Address to listen on; `webSocket.host` when absent' })),
  nodeEnv: Type.Optional(Type.String({ description: 'With `production` a weak `JWT.privateKey` is refused' })),
  logLevel: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    type: 'string',
    default: 'warn',
    description: 'Lowest level that is logged'
  }),
  rateLimits: Type.Enum(['on', 'off'], {
    type: 'string',
    default: 'on',
    description: '`off` switches off everything of `rate`: for tests and benchmarks'
  }),
  trustProxy: Type.Optional(
    Type.Refine(
      Type.String({ description: 'Addresses and CIDR ranges of trusted proxies, separated by commas' }),
      isAddressList,
      () => 'must be addresses or CIDR ranges, such as "127.0.0.1, 10.0.0.0/8"'
    )
  ),
  requestTimeoutMs: limit(
    30_000,
    'Milliseconds in which a client must send a request; checked every 5 s or more often'
  ),
  headersTimeoutMs: limit(15_000, 'Milliseconds in which a client must send its headers; checked at the same time'),
  connectionTimeoutMs: limit(
    60_000,
    'Milliseconds of silence amid a request, or without taking anything of an answer, after which the connection is closed; ' +
      '0: no limit',
    0
  ),
  keepAliveTimeoutMs: limit(5000, 'Milliseconds that an HTTP connection is kept for the next request'),
  handlerTimeoutMs: limit(
    10_000,
    'Milliseconds from the headers of an HTTP request to the start of its answer; an upload has `app.requestTimeoutMs` more. ' +
      '0: no limit',
    0
  ),
  closeDelayMs: limit(10_000, 'Milliseconds of a stop, after which it is forced'),
  bodyLimitBytes: limit(65_536, 'Maximum bytes of a body that is not a picture')
})

export const OverloadConfigSchema = Type.Object({
  maxEventLoopDelayMs: limit(
    1000,
    'Average milliseconds of delay of the event loop, beyond which requests are refused; 0: off',
    0
  ),
  maxEventLoopUtilization: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 0.98,
    description:
      'CPU use of the event loop, as a share of 1, beyond which requests are refused. ' +
      'High CPU use alone causes no refusals as long as the event loop is on time. 0: off'
  }),
  maxRssBytes: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        'Bytes of memory of the process, beyond which requests are refused; 0: off; three quarters of the memory of the ' +
        'container or the machine when absent'
    })
  )
})
