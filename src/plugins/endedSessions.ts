import { setImmediate } from 'node:timers/promises'
import fp from 'fastify-plugin'
import { AppError } from '../errors.js'

interface LogOutsOptions {
  /** How often it is looked whose session has expired. */
  expiryIntervalMs: number
  /** How often the store is asked whose session another process has ended. */
  sessionCheckIntervalMs: number
}

const loggedOut = new AppError('unauthenticated')

/** Whoever is not logged in any more loses the connections that were opened with the session. */
export default fp<LogOutsOptions>(
  async (app, { expiryIntervalMs, sessionCheckIntervalMs }) => {
    const { sessions, notifier, log } = app
    sessions.onEnd(({ _id, user }) => {
      for (const connection of notifier.connectionsOf(user._id)) {
        if (connection.session._id === _id) connection.refuse(loggedOut)
      }
    })

    function refuseExpired() {
      for (const connection of notifier.allConnections()) {
        if (connection.session.expiresAt <= Date.now()) connection.refuse(loggedOut)
      }
    }

    let isLooking = false

    async function refuseEnded() {
      for (const connection of notifier.allConnections()) {
        if (!(await sessions.find(connection.session._id))) connection.refuse(loggedOut)
        // Whoever waits for something else comes in between.
        await setImmediate()
      }
    }

    /** One after the other, however long one takes. */
    async function look() {
      if (isLooking) return
      isLooking = true
      await refuseEnded().catch((error) => log.error(error))
      isLooking = false
    }

    const timers = [setInterval(refuseExpired, expiryIntervalMs), setInterval(look, sessionCheckIntervalMs)]
    app.addHook('preClose', async () => timers.forEach(clearInterval))
  },
  { name: 'logOuts', fastify: '5.x', dependencies: ['auth', 'notifier'] }
)
