import fp from 'fastify-plugin'
import { createSessionChecks } from '../accounts/sessionChecks.js'

/** Closes the connections of a session that has ended. */
export default fp<{ expiryIntervalMs: number; sessionCheckIntervalMs: number }>(
  async (app, { expiryIntervalMs, sessionCheckIntervalMs }) => {
    const { sessions, notifier, log } = app
    const checks = createSessionChecks({ sessions, notifier, onError: (error) => log.error(error) })
    const timers = [
      setInterval(checks.checkExpired, expiryIntervalMs),
      setInterval(checks.checkEnded, sessionCheckIntervalMs)
    ]
    app.addHook('preClose', async () => timers.forEach(clearInterval))
  },
  { name: 'endedSessions', fastify: '5.x', dependencies: ['auth', 'notifier'] }
)
