import { type Static, type TProperties, Type } from 'typebox'

const section = <P extends TProperties>(properties: P) => Type.Object(properties)
const duration = (byDefault: string) => Type.String({ default: byDefault, description: '`ms` notation, such as "72h"' })
const limit = (byDefault: number) => Type.Integer({ minimum: 1, default: byDefault })

/** `config.json`: every key with its default; a key without one may be absent. */
export const ConfigSchema = Type.Object({
  JWT: section({
    expiresIn: duration('72h'),
    privateKey: Type.Optional(Type.String({ minLength: 1, description: 'HS256 secret; generated when absent' }))
  }),
  cookie: section({ maxAge: duration('72h') }),
  webSocket: section({
    host: Type.String({ default: '', description: 'Address to listen on; "" is every one' }),
    path: Type.String({ pattern: '^/.', default: '/api' }),
    maxPayloadBytes: limit(65_536),
    maxBatchCalls: limit(50),
    maxPendingFrames: limit(64),
    closeTimeoutMs: limit(2000)
  }),
  app: section({
    port: Type.Integer({ minimum: 0, maximum: 65_535, default: 8000 }),
    host: Type.Optional(Type.String({ description: 'Address to listen on; `webSocket.host` when absent' })),
    logLevel: Type.String({ pattern: '^(fatal|error|warn|info|debug|trace|silent)$', default: 'warn' }),
    rateLimits: Type.String({ pattern: '^(on|off)$', default: 'on' }),
    requestTimeoutMs: limit(30_000),
    bodyLimitBytes: limit(65_536)
  }),
  client: section({
    url: Type.Optional(Type.String({ pattern: '^https?://', description: 'The one foreign origin allowed to call' })),
    dir: Type.Optional(Type.String({ description: 'Folder of a built single-page client to serve at /' }))
  }),
  db: section({ url: Type.String({ pattern: '^file:.', default: 'file:data/messenger.db' }) }),
  accounts: section({ maxRequestsPerMinute: limit(300) }),
  images: section({
    maxBytes: limit(15 * 1024 * 1024),
    maxPixels: limit(25_000_000),
    maxUploadsPerMinute: limit(10)
  }),
  history: section({ maxPageItems: limit(500) }),
  legacyWire: Type.Boolean({ default: false, description: 'Answer as the first generation did' })
})

export type Config = Static<typeof ConfigSchema>
