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
    expiresIn: duration('72h', 'Life of a token'),
    privateKey: Type.Optional(Type.String({ minLength: 1, description: 'HS256 secret; made and kept when absent' }))
  }),
  cookie: Type.Object({ maxAge: duration('72h', 'Life of the cookie') }),
  webSocket: Type.Object({
    host: Type.String({ default: '', description: 'Address to listen on, every one when empty' }),
    path: Type.String({ pattern: '^/.', default: '/api', description: 'Path of the WebSocket, which is at / as well' }),
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
    reconnectAfterMs: limit(1000, 'How long clients are asked to wait when the server stops'),
    drainTimeoutMs: limit(5000, 'How long running calls have to end when the server stops'),
    closeTimeoutMs: limit(2000, 'How long clients have to answer a close, and when the server stops to end a request')
  }),
  app: Type.Object({
    port: Type.Integer({ minimum: 0, maximum: 65_535, default: 8000, description: 'Port of HTTP and WebSocket' }),
    host: Type.Optional(Type.String({ description: 'Address to listen on, `webSocket.host` when absent' })),
    logLevel: Type.String({
      pattern: '^(fatal|error|warn|info|debug|trace|silent)$',
      default: 'warn',
      description: 'What goes to the log, from `silent` to `trace`'
    }),
    rateLimits: Type.String({ pattern: '^(on|off)$', default: 'on', description: '`off` for tests and benchmarks' }),
    requestTimeoutMs: limit(30_000, 'How long a client has to send a request'),
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
  accounts: Type.Object({
    bodyLimitBytes: limit(16_384, 'Size of the body of a sign-up or a log-in'),
    maxRequestsPerMinute: limit(300, 'Sign-ups and log-ins together, from one address'),
    maxRunningHashes: limit(2, 'Passwords that are hashed at the same time'),
    maxWaitingHashes: limit(50, 'Passwords that wait for it; the next one is refused')
  }),
  images: Type.Object({
    maxBytes: limit(15 * 1024 * 1024, 'Size of an uploaded picture'),
    maxPixels: limit(25_000_000, 'Width times height of an uploaded picture'),
    maxUploadsPerMinute: limit(10, 'Uploads by one user'),
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
