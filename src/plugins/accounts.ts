import fp from 'fastify-plugin'
import { AppError } from '../errors.js'
import { createGate } from '../gate.js'
import { createPasswords } from '../passwords.js'
import { viewSelf } from '../rpc/views.js'
import {
  type LoggedIn,
  type LoginBody,
  LoginBodySchema,
  type SignupBody,
  SignupBodySchema
} from '../schemas/account.js'
import { defaultImage } from '../schemas/user.js'
import type { StoredUser } from '../store/store.js'

interface AccountsOptions {
  /** Of a sign-up or a log-in. */
  bodyLimitBytes: number
  /** Sign-ups and log-ins together, from one address. */
  maxRequestsPerMinute: number
  maxRunningHashes: number
  maxWaitingHashes: number
}

/** Sign-up, log-in and exit over HTTP. */
export default fp<AccountsOptions>(
  async (app, { bodyLimitBytes: bodyLimit, maxRequestsPerMinute, maxRunningHashes, maxWaitingHashes }) => {
    const gate = createGate({ maxRunning: maxRunningHashes, maxWaiting: maxWaitingHashes })
    const passwords = createPasswords(gate)
    // One handler, so that both count together.
    const rateLimit = app.rateLimit({ max: maxRequestsPerMinute })

    async function hashAnew({ _id }: StoredUser, password: string) {
      try {
        await app.db.setPasswordHash(_id, await passwords.hash(password))
      } catch (error) {
        // The password is right all the same, and the next log-in tries again.
        app.log.warn(error)
      }
    }

    app.post<{ Body: SignupBody; Reply: LoggedIn }>(
      '/signup',
      { bodyLimit, onRequest: rateLimit, schema: { body: SignupBodySchema } },
      async ({ body }, reply) => {
        const { tag, firstName, lastName, email, password } = body.user
        const user = await app.db.createUser({
          tag,
          firstName: firstName.normalize('NFC'),
          lastName: lastName.normalize('NFC'),
          email,
          img: defaultImage,
          passwordHash: await passwords.hash(password)
        })
        return { token: reply.logIn(user), user: viewSelf(user) }
      }
    )

    app.post<{ Body: LoginBody; Reply: LoggedIn }>(
      '/login',
      { bodyLimit, onRequest: rateLimit, schema: { body: LoginBodySchema } },
      async ({ body }, reply) => {
        const { email, password } = body.user
        const user = await app.db.findUserByEmail(email)
        const matches = await passwords.verify(user?.passwordHash, password)
        if (!(user && matches)) throw new AppError('wrongCredentials')
        if (passwords.isOutdated(user.passwordHash)) await hashAnew(user, password)
        return { token: reply.logIn(user), user: viewSelf(user) }
      }
    )

    app.get('/exit', async (_request, reply) => {
      reply.logOut()
      return { status: 'OK' }
    })
  },
  { name: 'accounts', fastify: '5.x', dependencies: ['db', 'auth', 'limits'] }
)
