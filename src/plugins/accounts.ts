import fp from 'fastify-plugin'
import { AppError } from '../errors.js'
import { createPasswords } from '../passwords.js'
import {
  type LoggedIn,
  type LoginBody,
  LoginBodySchema,
  type SignupBody,
  SignupBodySchema
} from '../schemas/account.js'
import type { SelfInfo } from '../schemas/user.js'

interface AccountsOptions {
  /** Sign-ups and log-ins together, from one address. */
  maxRequestsPerMinute: number
}

/** Sign-up, log-in and exit over HTTP. */
export default fp<AccountsOptions>(
  async (app, { maxRequestsPerMinute }) => {
    const passwords = createPasswords()
    const rateLimit = app.rateLimit({ max: maxRequestsPerMinute, groupId: 'accounts' })

    app.post<{ Body: SignupBody; Reply: LoggedIn }>(
      '/signup',
      { onRequest: rateLimit, schema: { body: SignupBodySchema } },
      async ({ body }, reply) => {
        const { tag, firstName, lastName, email, password } = body.user
        const user = await app.db.createUser({
          tag,
          firstName: firstName.normalize('NFC'),
          lastName: lastName.normalize('NFC'),
          email,
          passwordHash: await passwords.hash(password)
        })
        return { token: reply.logIn(user), user: toSelfInfo(user) }
      }
    )

    app.post<{ Body: LoginBody; Reply: LoggedIn }>(
      '/login',
      { onRequest: rateLimit, schema: { body: LoginBodySchema } },
      async ({ body }, reply) => {
        const { email, password } = body.user
        const user = await app.db.findUserByEmail(email)
        const matches = await passwords.verify(user?.passwordHash, password)
        if (!(user && matches)) throw new AppError('wrongCredentials')
        return { token: reply.logIn(user), user: toSelfInfo(user) }
      }
    )

    app.get('/exit', async (_request, reply) => {
      reply.logOut()
      return { status: 'OK' }
    })
  },
  { name: 'accounts', fastify: '5.x', dependencies: ['db', 'auth', 'limits'] }
)

function toSelfInfo({ _id, tag, firstName, lastName, img }: SelfInfo): SelfInfo {
  return { _id, tag, firstName, lastName, img }
}
