import { setImmediate } from 'node:timers/promises'
import { AppError } from '../errors.js'
import type { Notifier } from '../notifier/notifier.js'
import type { Sessions } from './sessions.js'

const loggedOut = new AppError('unauthenticated')

interface SessionChecksOptions {
  sessions: Sessions
  notifier: Notifier
  onError(error: unknown): void
}

/** Makes the checks that close the connections of a session that has ended, and closes those of each log-out at once. */
export function createSessionChecks({ sessions, notifier, onError }: SessionChecksOptions) {
  sessions.onEnd(({ _id, user }) => {
    for (const connection of notifier.connectionsOf(user._id)) {
      if (connection.session._id === _id) connection.refuse(loggedOut)
    }
  })

  async function refuseEnded() {
    for (const connection of notifier.allConnections()) {
      if (!(await sessions.find(connection.session._id))) connection.refuse(loggedOut)
      // Lets other work of the event loop in.
      await setImmediate()
    }
  }

  let isChecking = false

  return {
    /** Checks for sessions that have expired. */
    checkExpired() {
      for (const connection of notifier.allConnections()) {
        if (connection.session.expiresAt <= Date.now()) connection.refuse(loggedOut)
      }
    },

    /** Checks for sessions ended by another process, unless such a check is running. */
    async checkEnded() {
      if (isChecking) return
      isChecking = true
      await refuseEnded().catch(onError)
      isChecking = false
    }
  }
}
