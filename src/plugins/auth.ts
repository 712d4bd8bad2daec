import cookie from '@fastify/cookie'
import jwt from '@fastify/jwt'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { durationMs } from '../config.js'
import type { TokenPayload } from '../schemas/account.js'
import { isStrong } from '../secret.js'
import { createSessions, type Sessions } from '../sessions.js'
import type { Session, StoredUser } from '../store/store.js'

declare module 'fastify' {
  interface FastifyInstance {
    sessions: Sessions
    /** Finds out who sends a request: sets `request.session` when its token is valid and names one that lives. */
    authenticate(request: FastifyRequest): Promise<void>
  }
  interface FastifyRequest {
    session: Session | undefined
  }
  interface FastifyReply {
    /** Logs a user in: sets the cookie and returns the token in it. */
    logIn(user: StoredUser): Promise<string>
    /** Ends the session of the request, if there is one, and clears the cookie. */
    logOut(): Promise<void>
  }
}

declare module '@fastify/jwt' {
  interface FastifyJWT {
    payload: TokenPayload
    user: TokenPayload
  }
}

interface AuthOptions {
  /** HS256 secret; the one that the store keeps when absent. */
  privateKey?: string
  /** Life of a session with its token, and of the cookie, in `ms` notation. */
  expiresIn: string
  maxAge: string
  /** Mark the cookie `Secure` also where the request does not look like HTTPS. */
  secure: boolean
  maxRememberedSessions: number
  /** 0: any number. */
  maxSessionsPerUser: number
  isProduction: boolean
}

const cookieName = 'auth'

/** Who makes the tokens, and for whom (RFC 7519, 4.1): a key that others use as well does not make theirs ours. */
export const issuer = 'messenger-server'

const weakKey =
  'JWT.privateKey can be guessed: leave it out, so that one is made, or take 32 characters or more, all of them random'

/** The token of a request: the one of a script, or else the one of the cookie. */
function tokenOf({ headers: { authorization = '' }, cookies }: FastifyRequest): string {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
  return bearer ?? cookies[cookieName] ?? ''
}

/** Who is who: tokens, their sessions, and the cookie. */
export default fp<AuthOptions>(
  async (app, options) => {
    const { privateKey, expiresIn, maxAge, secure, maxRememberedSessions, maxSessionsPerUser, isProduction } = options
    if (privateKey !== undefined && !isStrong(privateKey)) {
      if (isProduction) throw new Error(weakKey)
      app.log.warn(weakKey)
    }
    const lifeMs = durationMs(expiresIn)
    const attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure: secure || 'auto' } as const
    const maxAgeSeconds = Math.floor(durationMs(maxAge) / 1000)
    // Made in any case: by the secret beside it the store knows a file that has been emptied from a new one.
    const secretOfStore = await app.db.loadSecret()
    await app.register(cookie)
    await app.register(jwt, {
      secret: privateKey ?? secretOfStore,
      sign: { algorithm: 'HS256', expiresIn: lifeMs / 1000, iss: issuer, aud: issuer },
      verify: { algorithms: ['HS256'], allowedIss: issuer, allowedAud: issuer }
    })

    const sessions = createSessions({
      store: app.db,
      lifeMs,
      maxOfUser: maxSessionsPerUser || undefined,
      maxRemembered: maxRememberedSessions,
      onError: (error) => app.log.error(error)
    })
    app.decorate('sessions', sessions)
    app.decorateRequest('session', undefined)

    function sessionIdIn(token: string): string | undefined {
      try {
        const { jti } = app.jwt.verify<TokenPayload>(token)
        return typeof jti === 'string' ? jti : undefined
      } catch {
        return undefined
      }
    }

    app.decorate('authenticate', async (request: FastifyRequest) => {
      const _id = sessionIdIn(tokenOf(request))
      if (_id !== undefined) request.session = await sessions.find(_id)
    })

    app.decorateReply('logIn', async function (this: FastifyReply, { _id, tag, email }: StoredUser) {
      const session = await sessions.begin({ _id, tag })
      const token = app.jwt.sign({ data: { _id, tag, email }, sub: _id, jti: session._id })
      this.setCookie(cookieName, token, { ...attributes, maxAge: maxAgeSeconds })
      return token
    })

    app.decorateReply('logOut', async function (this: FastifyReply) {
      this.clearCookie(cookieName, attributes)
      if (this.request.session) await sessions.end(this.request.session)
    })
  },
  { name: 'auth', fastify: '5.x', dependencies: ['db'] }
)
