import cookie from '@fastify/cookie'
import jwt from '@fastify/jwt'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { cookieName, tokensIn } from '../accounts/credentials.js'
import { createSessions, type Sessions } from '../accounts/sessions.js'
import { AppError } from '../errors.js'
import { type TokenPayload, TokenPayloadSchema } from '../schemas/account.js'
import { durationMs } from '../schemas/config/setting.js'
import { createCheck } from '../schemas/validate.js'
import type { Session, StoredUser } from '../store/records.js'
import { isStrong } from '../store/secret.js'
import type { Settings } from '../tuning.js'

declare module 'fastify' {
  interface FastifyInstance {
    sessions: Sessions
    /** Authenticates a request: sets `request.session` if a token of it is valid and names a session that lives. */
    authenticate(request: FastifyRequest): Promise<void>
  }
  interface FastifyRequest {
    session: Session | undefined
  }
  interface FastifyReply {
    /** Logs a user in: sets the cookie and returns its token. @throws {AppError} `unavailable` if that cannot be stored */
    logIn(user: StoredUser): Promise<string>
    /** Clears the cookie and ends every session that the request names. @throws {AppError} `unavailable` if that is not stored yet */
    logOut(): Promise<void>
  }
}

declare module '@fastify/jwt' {
  interface FastifyJWT {
    payload: TokenPayload
    user: TokenPayload
  }
}

type AuthOptions = Settings['JWT'] &
  Settings['cookie'] &
  Pick<Settings['accounts'], 'maxSessionsPerUser'> & { isProduction: boolean }

/** Issuer and audience of the tokens (RFC 7519, 4.1): a token of another program with the same key is not valid here. */
export const issuer = 'messenger-server'

const weakKey = 'JWT.privateKey can be guessed: leave it out, so that one is made, or use at least 32 random characters'

const checkClaims = createCheck(TokenPayloadSchema)

const notStored = 'The log-out holds here, but it is not stored yet. The server tries again.'

interface Claims extends TokenPayload {
  /** Epoch in seconds. */
  exp: number
}

/** Authenticates requests: tokens, their sessions, and the cookie. */
export default fp<AuthOptions>(
  async (app, options) => {
    const { privateKey, expiresIn, maxAge, secure, isProduction } = options
    if (privateKey !== undefined && !isStrong(privateKey)) {
      if (isProduction) throw new Error(weakKey)
      app.log.warn(weakKey)
    }
    const lifeMs = durationMs(expiresIn)
    const attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure: secure || 'auto' } as const
    const maxAgeSeconds = Math.floor(durationMs(maxAge) / 1000)
    // Loaded in any case: by this secret the store tells a file that was emptied from a new one.
    const secretOfStore = await app.db.loadSecret()
    // `tokensIn` reads the cookies of a request, because this plugin keeps only one of several with one name.
    await app.register(cookie, { hook: false })
    await app.register(jwt, {
      secret: privateKey ?? secretOfStore,
      sign: { algorithm: 'HS256', expiresIn: lifeMs / 1000, iss: issuer, aud: issuer },
      verify: { algorithms: ['HS256'], allowedIss: issuer, allowedAud: issuer }
    })

    const sessions = openSessions(app, lifeMs, options)
    app.decorate('sessions', sessions)
    app.decorateRequest('session', undefined)

    app.decorate('authenticate', async (request: FastifyRequest) => {
      for (const { jti } of claimsIn(app, request)) {
        request.session = await sessions.find(jti)
        if (request.session) return
      }
    })

    app.decorateReply('logIn', async function (this: FastifyReply, { _id, tag, email }: StoredUser) {
      const session = await sessions.begin({ _id, tag })
      const token = app.jwt.sign({ data: { _id, tag, email }, sub: _id, jti: session._id })
      this.setCookie(cookieName, token, { ...attributes, maxAge: maxAgeSeconds })
      return token
    })

    app.decorateReply('logOut', async function (this: FastifyReply) {
      this.clearCookie(cookieName, attributes)
      // The sessions come from the tokens, because the store may not answer.
      const ends = claimsIn(app, this.request).map(({ jti, data: { _id, tag }, exp }) =>
        sessions.end({ _id: jti, user: { _id, tag }, expiresAt: exp * 1000 })
      )
      const failed = (await Promise.allSettled(ends)).find((outcome) => outcome.status === 'rejected')
      if (failed) throw new AppError('unavailable', notStored, {}, failed.reason)
    })
  },
  { name: 'auth', fastify: '5.x', dependencies: ['db'] }
)

function openSessions(app: FastifyInstance, lifeMs: number, options: AuthOptions): Sessions {
  const sessions = createSessions({
    store: app.db,
    lifeMs,
    maxOfUser: options.maxSessionsPerUser || undefined,
    maxRemembered: options.maxRememberedSessions,
    isShared: app.isStoreShared,
    onError: (error) => app.log.error(error)
  })
  app.addHook('onClose', async () => {
    const count = await sessions.close()
    if (count > 0)
      app.log.error({ count }, 'Log-outs could not be stored. Their tokens are valid again after a restart.')
  })
  return sessions
}

/** Returns the claims of the valid tokens of a request, whether their sessions live or not. */
function claimsIn({ jwt }: FastifyInstance, { headers }: FastifyRequest): Claims[] {
  return tokensIn(headers).flatMap((token) => {
    try {
      const claims = jwt.verify<Claims>(token)
      return checkClaims(claims).length === 0 ? [claims] : []
    } catch {
      return []
    }
  })
}
