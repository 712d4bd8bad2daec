import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { createPasswordPolicy } from '../../accounts/passwordPolicy.js'
import { createPasswords } from '../../accounts/passwords.js'
import { AppError } from '../../errors.js'
import { createConcurrencyLimit } from '../../limits/concurrencyLimit.js'
import type { LogInAttempt } from '../../limits/logIns.js'
import { serializeSelf } from '../../rpc/serialize.js'
import {
  type LoggedIn,
  type LoginBody,
  LoginBodySchema,
  type SignupBody,
  SignupBodySchema
} from '../../schemas/account.js'
import { defaultImage } from '../../schemas/user.js'
import { keyOfEmail } from '../../store/keys.js'
import type { StoredUser } from '../../store/records.js'
import type { Settings } from '../../tuning.js'

const notLoggedIn = 'The account exists now, but the log-in could not be stored. Log in.'

/** Serves sign-up, log-in and log-out over HTTP. */
export default fp<Settings['accounts']>(
  async (app, options) => {
    const { bodyLimitBytes: bodyLimit, maxRunningHashes, maxWaitingHashes } = options
    const assertGoodPassword = await createPasswordPolicy(options)
    const hashing = createConcurrencyLimit({ maxRunning: maxRunningHashes, maxWaiting: maxWaitingHashes })
    const passwords = createPasswords(hashing)

    /** Finds the user of a log-in and tells whether the hash is outdated. */
    async function findUser(request: FastifyRequest<{ Body: LoginBody }>) {
      const { email, password } = request.body.user
      const user = await app.db.users.findByEmail(email)
      const { isRight, isOutdated } = await passwords.verify(user?.passwordHash, password)
      request.noted = { event: isRight ? 'login' : 'loginFailed', userId: user?._id }
      return user && isRight ? { user, isOutdated } : undefined
    }

    async function hashAgain({ _id }: StoredUser, password: string) {
      try {
        await app.db.users.setPasswordHash(_id, await passwords.hash(password))
      } catch (error) {
        // The password is right all the same, and the next log-in tries again.
        app.log.warn(error)
      }
    }

    app.post<{ Body: SignupBody; Reply: LoggedIn }>(
      '/signup',
      { bodyLimit, preHandler: app.limits.assertSignup, schema: { body: SignupBodySchema } },
      async (request, reply) => {
        const { tag, firstName, lastName, email, password } = request.body.user
        assertGoodPassword(password)
        const user = await app.db.users.create({
          tag,
          firstName: firstName.normalize('NFC'),
          lastName: lastName.normalize('NFC'),
          email,
          img: defaultImage,
          passwordHash: await passwords.hash(password)
        })
        request.noted = { event: 'signup', userId: user._id }
        const token = await reply.logIn(user).catch((error) => {
          // A second sign-up would only say that the tag is taken.
          throw new AppError('unavailable', notLoggedIn, {}, error)
        })
        return { token, user: serializeSelf(user) }
      }
    )

    app.post<{ Body: LoginBody; Reply: LoggedIn }>(
      '/login',
      { bodyLimit, schema: { body: LoginBodySchema } },
      async (request, reply) => {
        const { user, isOutdated } = await app.limits.logIn(attemptOf(request), () => findUser(request))
        if (isOutdated) await hashAgain(user, request.body.user.password)
        return { token: await reply.logIn(user), user: serializeSelf(user) }
      }
    )

    // Answered before a body is read: it means nothing here, whatever its type and size.
    app.route({ method: ['GET', 'POST'], url: '/exit', exposeHeadRoute: false, preParsing: exit, handler: exit })
  },
  { name: 'accounts', fastify: '5.x', dependencies: ['db', 'auth', 'limits'] }
)

/** Answers `POST /exit`, and `GET /exit` of legacy clients. */
async function exit(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  await reply.logOut()
  reply.send({ status: 'OK' })
}

function attemptOf({ body, ip, raw }: FastifyRequest<{ Body: LoginBody }>): LogInAttempt {
  return { account: keyOfEmail(body.user.email), address: ip, isGone: () => raw.socket.destroyed }
}
