import { type Static, Type } from 'typebox'
import { AppConfigSchema, OverloadConfigSchema } from './app.js'
import { RateConfigSchema } from './rate.js'
import { duration, limit } from './setting.js'
import { WebSocketConfigSchema } from './webSocket.js'

const UserSearchSchema = Type.Enum(['all', 'contacts', 'off'], {
  type: 'string',
  default: 'all',
  description: 'Users that `findUsers` and `findUsersByTag` find: all, only contacts of the user, or none'
})

/** `config.json`: every key with its default; a key without one may be absent. */
export const ConfigSchema = Type.Object({
  JWT: Type.Object({
    expiresIn: duration('72h', 'Life of a session and its token'),
    privateKey: Type.Optional(Type.String({ minLength: 1, description: 'HS256 secret; made and kept when absent' }))
  }),
  cookie: Type.Object({
    maxAge: duration('72h', 'Life of the cookie'),
    secure: Type.Boolean({ default: false, description: 'Marks the cookie `Secure` also where a request is not HTTPS' })
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
      description: 'Database: `file:` and the path of a SQLite file, or the URL of a [MongoDB](mongodb.md)'
    }),
    timeoutMs: limit(5000, 'Milliseconds in which MongoDB must answer a call; a start has twice that'),
    busyTimeoutMs: limit(5000, 'Milliseconds of waiting for a SQLite file that another process has locked'),
    maxLogPages: limit(10_000, 'Pages of 4 KiB in the write-ahead log of SQLite, beyond which they move into the file')
  }),
  sqlite: Type.Object({
    sync: Type.Enum(['FULL', 'NORMAL'], {
      type: 'string',
      default: 'FULL',
      description: '`NORMAL` makes commits faster; a power cut may then lose the last seconds'
    })
  }),
  overload: OverloadConfigSchema,
  accounts: Type.Object({
    minPasswordLength: limit(5, 'Minimum characters of a new password', 5),
    refuseCommonPasswords: Type.Boolean({ default: false, description: 'Refuses the most common passwords' }),
    maxRunningHashes: limit(2, 'Maximum passwords that are hashed at the same time'),
    maxWaitingHashes: limit(50, 'Maximum passwords that wait for it; the next one is refused'),
    maxSessionsPerUser: limit(
      100,
      'Maximum sessions of one user; beyond it the one that expires first ends. 0: no limit',
      0
    )
  }),
  users: Type.Object({ search: UserSearchSchema }),
  rate: RateConfigSchema,
  images: Type.Object({
    maxBytes: limit(15 * 1024 * 1024, 'Maximum bytes of an uploaded picture'),
    maxPixels: limit(25_000_000, 'Maximum width times height of an uploaded picture'),
    maxPerUser: limit(
      50,
      'Maximum pictures kept of one user; beyond it the oldest one that is not shown is deleted. 0: no limit',
      0
    ),
    maxRunning: limit(2, 'Maximum pictures that are decoded at the same time; large ones are decoded one at a time'),
    maxWaiting: limit(20, 'Maximum pictures that wait for it; the next one is refused'),
    maxUploadsAtOncePerUser: limit(
      2,
      'Maximum uploads of one user at the same time; the next one is refused. 0: no limit',
      0
    )
  }),
  history: Type.Object({
    maxPageItems: limit(500, 'Maximum messages, dialogs or updates in one answer', 200)
  }),
  presence: Type.Object({
    offlineGraceMs: limit(
      1000,
      'Milliseconds that a user stays online without a connection: a page reload is not shown as going offline',
      0
    )
  }),
  legacyWire: Type.Boolean({
    default: false,
    description: 'Answers calls with the number 2 as `jsonrpc`, as the legacy server did'
  })
})

export type Config = Static<typeof ConfigSchema>
export type UserSearch = Static<typeof UserSearchSchema>
