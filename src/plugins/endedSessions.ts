import { setImmediate } from 'node:timers/promises'
import fp from 'fastify-plugin'
import { AppError } from '../errors.js'

const loggedOut = new AppError('unauthenticated')

/** Closes the connections of a session that has ended. */
export default fp<{ expiryIntervalMs: number; sessionCheckIntervalMs: number }>(
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

    async function refuseEnded() {
      for (const connection of notifier.allConnections()) {
        if (!(await sessions.find(connection.session._id))) connection.refuse(loggedOut)
        // Lets other work of the event loop in.
        await setImmediate()
      }
    }

    let isChecking = false

    /** Checks once at a time, however long a check takes. */
    async function check() {
      if (isChecking) return
      isChecking = true
      await refuseEnded().catch((error) => log.error(error))
      isChecking = false
    }

    const timers = [setInterval(refuseExpired, expiryIntervalMs), setInterval(check, sessionCheckIntervalMs)]
    app.addHook('preClose', async () => timers.forEach(clearInterval))
  },
  { name: 'endedSessions', fastify: '5.x', dependencies: ['auth', 'notifier'] }
)
