import { type Static, Type } from 'typebox'
import { AppConfigSchema, OverloadConfigSchema } from './app.js'
import { RateConfigSchema } from './rate.js'
import { duration, limit } from './setting.js'
import { UsersConfigSchema } from './users.js'
import { WebSocketConfigSchema } from './webSocket.js'

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
  webSocket: WebSocketConfigSchema,
  app: AppConfigSchema,
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
    timeoutMs: limit(5000, 'Time in which MongoDB must answer a call; a start has twice that for the first answers'),
    busyTimeoutMs: limit(5000, 'How long to wait for a SQLite file that another process has locked'),
    maxLogPages: limit(
      10_000,
      'Pages of 4 KiB in the write-ahead log of SQLite, after which they are moved into the file'
    )
  }),
  sqlite: Type.Object({
    sync: Type.Enum(['FULL', 'NORMAL'], {
      type: 'string',
      default: 'FULL',
      description: '`NORMAL`: faster commits, of which a power cut may take back the last seconds'
    })
  }),
  overload: OverloadConfigSchema,
  accounts: Type.Object({
    bodyLimitBytes: limit(16_384, 'Size of the body of a sign-up or a log-in'),
    minPasswordLength: limit(5, 'Characters of a new password', 5),
    refuseCommonPasswords: Type.Boolean({ default: false, description: 'Refuse the most common passwords' }),
    maxRunningHashes: limit(2, 'Passwords that are hashed at the same time'),
    maxWaitingHashes: limit(50, 'Passwords that wait for it; the next one is refused'),
    maxSessionsPerUser: limit(
      100,
      'Log-ins of one user at the same time, after which another one ends the one that expires first; 0: any number',
      0
    )
  }),
  users: UsersConfigSchema,
  rate: RateConfigSchema,
  images: Type.Object({
    maxBytes: limit(15 * 1024 * 1024, 'Size of an uploaded picture'),
    maxPixels: limit(25_000_000, 'Width times height of an uploaded picture'),
    maxPerUser: limit(
      50,
      'Pictures kept of one user, after which the oldest one that is not shown goes; 0: any number',
      0
    ),
    maxRunning: limit(2, 'Pictures that are decoded at the same time, but of large ones only one'),
    maxWaiting: limit(20, 'Pictures that wait for it; the next one is refused'),
    maxUploadsAtOncePerUser: limit(2, 'Uploads of one user at the same time; the next one is refused; 0: no limit', 0)
  }),
  history: Type.Object({
    maxPageItems: limit(500, 'Messages, dialogs or updates in one answer', 200)
  }),
  presence: Type.Object({
    offlineGraceMs: limit(1000, 'How long somebody without a connection is still online: a reload is no offline', 0)
  }),
  legacyWire: Type.Boolean({
    default: false,
    description: 'Answer calls with the number 2 as `jsonrpc`, as the legacy server did'
  })
})

export type Config = Static<typeof ConfigSchema>
