import cookie from '@fastify/cookie'
import jwt from '@fastify/jwt'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { durationMs } from '../config.js'
import type { TokenPayload } from '../schemas/account.js'
import type { Identity } from '../schemas/user.js'
import type { StoredUser } from '../store/store.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Finds out who sends a request: sets `request.identity` when its token is valid and its user exists. */
    authenticate(request: FastifyRequest): Promise<void>
  }
  interface FastifyRequest {
    identity: Identity | undefined
  }
  interface FastifyReply {
    /** Logs a user in: sets the cookie and returns the token in it. */
    logIn(user: StoredUser): string
    logOut(): void
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
  /** Life of a token and of the cookie, in `ms` notation. */
  expiresIn: string
  maxAge: string
}

const cookieName = 'auth'
const attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure: 'auto' } as const

/** The token of a request: the one of a script, or else the one of the cookie. */
function tokenOf({ headers: { authorization = '' }, cookies }: FastifyRequest): string {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
  return bearer ?? cookies[cookieName] ?? ''
}

export default fp<AuthOptions>(
  async (app, { privateKey, expiresIn, maxAge }) => {
    const maxAgeSeconds = Math.floor(durationMs(maxAge) / 1000)
    await app.register(cookie)
    await app.register(jwt, {
      secret: privateKey ?? (await app.db.loadSecret()),
      sign: { algorithm: 'HS256', expiresIn: durationMs(expiresIn) / 1000 },
      verify: { algorithms: ['HS256'] }
    })

    app.decorateRequest('identity', undefined)

    function verify(token: string): TokenPayload | undefined {
      try {
        return app.jwt.verify<TokenPayload>(token)
      } catch {
        return undefined
      }
    }

    app.decorate('authenticate', async (request: FastifyRequest) => {
      const _id = verify(tokenOf(request))?.data?._id
      if (typeof _id !== 'string') return
      const user = await app.db.findUserById(_id)
      request.identity = user && { _id, tag: user.tag }
    })

    app.decorateReply('logIn', function (this: FastifyReply, { _id, tag, email }: StoredUser) {
      const token = app.jwt.sign({ data: { _id, tag, email } })
      this.setCookie(cookieName, token, { ...attributes, maxAge: maxAgeSeconds })
      return token
    })

    app.decorateReply('logOut', function (this: FastifyReply) {
      this.clearCookie(cookieName, attributes)
    })
  },
  { name: 'auth', fastify: '5.x', dependencies: ['db'] }
)
