import { type Static, Type } from 'typebox'

const duration = (byDefault: string, description: string) =>
  Type.String({ default: byDefault, description: `${description}, in \`ms\` notation such as "72h"` })
// Timers take no more, and nothing here needs more.
const maximum = 2 ** 31 - 1
const limit = (byDefault: number, description: string, minimum = 1) =>
  Type.Integer({ minimum, maximum, default: byDefault, description })

/** `config.json`: every key with its default; a key without one may be absent. */
export const ConfigSchema = Type.Object({
  JWT: Type.Object({
    expiresIn: duration('72h', 'Life of a log-in and its token'),
    privateKey: Type.Optional(Type.String({ minLength: 1, description: 'HS256 secret; made and kept when absent' })),
    maxRememberedSessions: limit(10_000, 'Log-outs, and log-ins that a full disk did not take, in memory')
  }),
  cookie: Type.Object({
    maxAge: duration('72h', 'Life of the cookie'),
    secure: Type.Boolean({ default: false, description: 'Mark it `Secure` always, not only where a request is HTTPS' })
  }),
  webSocket: Type.Object({
    host: Type.String({ default: '', description: 'Address to listen on, every one when empty' }),
    path: Type.String({ pattern: '^/.', default: '/api', description: 'Path of the WebSocket, which is at / as well' }),
    maxConnections: limit(10_000, 'Connections at the same time; the next one is refused. 0 is no limit', 0),
    maxConnectionsPerUser: limit(20, 'Connections of one user at the same time. 0 is no limit', 0),
    maxPayloadBytes: limit(65_536, 'Size of a frame'),
    maxFragments: limit(64, 'Fragments of a frame'),
    maxBufferedChunks: limit(4096, 'Pieces in which a frame arrives'),
    maxBatchCalls: limit(50, 'Calls in a batch'),
    maxAnswerBytes: limit(16 * 1024 * 1024, 'Answers of a batch together, after which its other calls are refused'),
    maxBufferedBytes: limit(
      1024 * 1024,
      'Notifications that a connection may leave unread before it is closed; 0: any',
      0
    ),
    maxPendingFrames: limit(64, 'Unanswered frames of a connection, after which no more of it are read'),
    pingIntervalMs: limit(
      25_000,
      'How often a connection is pinged; ended when it gives no sign of life between two pings'
    ),
    sessionCheckIntervalMs: limit(300_000, 'How often it is looked who was logged out by another process'),
    reconnectAfterMs: limit(1000, 'How long clients are asked to wait when the server stops'),
    drainTimeoutMs: limit(5000, 'How long running calls have to end when the server stops'),
    closeTimeoutMs: limit(2000, 'How long clients have to answer a close, and when the server stops to end a request')
  }),
  app: Type.Object({
    port: Type.Integer({ minimum: 0, maximum: 65_535, default: 8000, description: 'Port of HTTP and WebSocket' }),
    host: Type.Optional(Type.String({ description: 'Address to listen on, `webSocket.host` when absent' })),
    nodeEnv: Type.Optional(Type.String({ description: 'In `production` a weak `JWT.privateKey` is refused' })),
    logLevel: Type.String({
      pattern: '^(fatal|error|warn|info|debug|trace|silent)$',
      default: 'warn',
      description: 'What goes to the log, from `silent` to `trace`'
    }),
    rateLimits: Type.String({
      pattern: '^(on|off)$',
      default: 'on',
      description: '`off` switches off everything of `rate`: for tests and benchmarks'
    }),
    trustProxy: Type.Optional(
      Type.String({
        description:
          'Addresses and CIDR ranges of proxies, with commas between them, that are believed whom they speak for'
      })
    ),
    requestTimeoutMs: limit(30_000, 'How long a client has to send a request'),
    headersTimeoutMs: limit(15_000, 'How long a client has to send the headers of it'),
    connectionTimeoutMs: limit(60_000, 'How long an HTTP connection may be silent; 0: for ever', 0),
    keepAliveTimeoutMs: limit(5000, 'How long an HTTP connection is kept for the next request'),
    handlerTimeoutMs: limit(10_000, 'How long the server has to answer an HTTP request; 0: for ever', 0),
    maxRequestsPerSocket: limit(1000, 'HTTP requests over one connection; 0: no limit', 0),
    closeDelayMs: limit(10_000, 'How long a stop may take before it is made by force'),
    bodyLimitBytes: limit(65_536, 'Size of a body that is no picture')
  }),
  client: Type.Object({
    url: Type.Optional(
      Type.String({ pattern: '^https?://[^/]', description: 'The one foreign origin allowed to call' })
    ),
    dir: Type.Optional(Type.String({ description: 'Folder of a built single-page client' }))
  }),
  db: Type.Object({
    url: Type.String({
      pattern: '^(file:.|mongodb(\\+srv)?://.)',
      default: 'file:data/messenger.db',
      description:
        'Where everything is stored: `file:` and the path of a SQLite file, or the URL of a [MongoDB](mongodb.md)'
    }),
    timeoutMs: limit(5000, 'How long a call of MongoDB may take before it is refused'),
    busyTimeoutMs: limit(5000, 'How long to wait for a SQLite file that another process has locked'),
    maxLogPages: limit(
      10_000,
      'Pages of 4 KiB in the write-ahead log of SQLite, after which they are moved into the file'
    )
  }),
  overload: Type.Object({
    maxEventLoopDelayMs: limit(
      1000,
      'So late the event loop may be, on average, before requests are refused; 0: off',
      0
    ),
    maxEventLoopUtilization: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.98,
      description: 'The share of time that the event loop may be busy before requests are refused; 0: off'
    }),
    maxRssBytes: Type.Optional(
      Type.Integer({
        minimum: 0,
        description:
          'Memory of the process before requests are refused; 0: off; three quarters of what the container or the machine has when absent'
      })
    ),
    sampleIntervalMs: limit(5000, 'Of how long all of this is measured, and how long a refused client is asked to wait')
  }),
  accounts: Type.Object({
    bodyLimitBytes: limit(16_384, 'Size of the body of a sign-up or a log-in'),
    maxRunningHashes: limit(2, 'Passwords that are hashed at the same time'),
    maxWaitingHashes: limit(50, 'Passwords that wait for it; the next one is refused')
  }),
  rate: Type.Object({
    requestsPerMinute: limit(300, 'HTTP requests from one address', 0),
    handshakesPerMinute: limit(60, 'WebSocket connections opened from one address', 0),
    signupsPerHour: limit(10, 'Sign-ups from one address', 0),
    signupBurst: limit(5, 'Sign-ups from one address at once'),
    uploadsPerMinute: limit(10, 'Uploads by one user', 0),
    failedLogIns: limit(10, 'Failed log-ins to one account from one address, after which more are refused', 0),
    failedLogInsWindowMs: limit(900_000, 'How long those are counted together'),
    failedLogInsOfAddressPerDay: limit(100, 'Failed log-ins from one address, after which more are refused', 0),
    failedLogInsOfAccountPerDay: limit(100, 'Failed log-ins to one account, after which each is delayed', 0),
    failedLogInDelayMs: limit(2000, 'How long it is delayed then'),
    callsPerSecond: limit(50, 'JSON-RPC calls on one connection, or of one user over HTTP', 0),
    callBurst: limit(100, 'Such calls at once'),
    messagesPerSecond: limit(5, 'Messages sent by one user', 0),
    messageBurst: limit(60, 'Messages at once'),
    searchesPerSecond: limit(2, 'Calls of `findUsersByTag` by one user', 0),
    searchBurst: limit(20, 'Such calls at once'),
    maxDelayMs: limit(1000, 'How long a call over its rate may be delayed; one that had to wait longer is refused', 0),
    refusalsBeforeClose: limit(3, 'A client that goes on calling after so many refusals is cut off', 0),
    refusalsWindowMs: limit(10_000, 'How long those are counted together; two within a tenth of it are one', 10),
    maxTracked: limit(10_000, 'Addresses, accounts or users that each of these limits remembers')
  }),
  images: Type.Object({
    maxBytes: limit(15 * 1024 * 1024, 'Size of an uploaded picture'),
    maxPixels: limit(25_000_000, 'Width times height of an uploaded picture'),
    maxPerUser: limit(
      50,
      'Pictures kept of one user, after which the oldest one that is not shown goes; 0: any number',
      0
    ),
    maxRunning: limit(2, 'Pictures that are made at the same time'),
    maxWaiting: limit(20, 'Pictures that wait for it; the next one is refused')
  }),
  history: Type.Object({
    maxPageItems: limit(500, 'Messages, dialogs or updates in one answer', 200)
  }),
  presence: Type.Object({
    offlineGraceMs: limit(1000, 'How long somebody without a connection is still online: a reload is no offline', 0)
  }),
  legacyWire: Type.Boolean({ default: false, description: 'Answer as the first generation did' })
})

export type Config = Static<typeof ConfigSchema>
