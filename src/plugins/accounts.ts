import fp from 'fastify-plugin'
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
  maxRunningHashes: number
  maxWaitingHashes: number
}

/** Sign-up, log-in and exit over HTTP. */
export default fp<AccountsOptions>(
  async (app, { maxRunningHashes, maxWaitingHashes }) => {
    const gate = createGate({ maxRunning: maxRunningHashes, maxWaiting: maxWaitingHashes })
    const passwords = createPasswords(gate)

    /** The user whose e-mail and password these are. */
    async function findUser({ email, password }: LoginBody['user']): Promise<StoredUser | undefined> {
      const user = await app.db.findUserByEmail(email)
      const matches = await passwords.verify(user?.passwordHash, password)
      return matches ? user : undefined
    }

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
      { preHandler: app.limits.assertSignup, schema: { body: SignupBodySchema } },
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
        return { token: await reply.logIn(user), user: viewSelf(user) }
      }
    )

    app.post<{ Body: LoginBody; Reply: LoggedIn }>(
      '/login',
      { schema: { body: LoginBodySchema } },
      async ({ body, ip: address }, reply) => {
        const { email, password } = body.user
        const user = await app.limits.logIn({ email, address }, () => findUser(body.user))
        if (passwords.isOutdated(user.passwordHash)) await hashAnew(user, password)
        return { token: await reply.logIn(user), user: viewSelf(user) }
      }
    )

    app.get('/exit', { onRequest: app.authenticate }, async (_request, reply) => {
      await reply.logOut()
      return { status: 'OK' }
    })
  },
  { name: 'accounts', fastify: '5.x', dependencies: ['db', 'auth', 'limits'] }
)
