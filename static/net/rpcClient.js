import { backoffMs } from './backoff.js'
import { openConnection } from './connection.js'
import { connectionLost } from './refusal.js'

// RFC 6455, 7.4.1; the server closes so when the cookie is missing or has expired.
const policyViolation = 1008

/**
 * JSON-RPC over a WebSocket that is opened again whenever it is lost.
 *
 * @param handlers `onOpen()`, whose promise tells whether the connection is of use; `onNotification(notification)`;
 *   `onLost(closeCode)`; `onRefused()`, after which nothing is tried until the next `connect()`
 */
export function createRpcClient(url, handlers) {
  let connection
  let retryTimer
  let failedAttempts = 0

  function connect() {
    clearTimeout(retryTimer)
    retryTimer = undefined
    const opened = openConnection(url, {
      onOpen: () =>
        handlers.onOpen().then(
          () => (failedAttempts = 0),
          () => opened.end()
        ),
      onNotification: handlers.onNotification,
      onEnd: (code) => opened === connection && ended(code)
    })
    connection = opened
  }

  function ended(code) {
    connection = undefined
    if (code === policyViolation) return handlers.onRefused()
    retryTimer = setTimeout(connect, backoffMs(failedAttempts++))
    handlers.onLost(code)
  }

  function call(method, ...params) {
    return connection?.call(method, params) ?? Promise.reject(connectionLost())
  }

  return {
    call,
    connect: () => connection ?? connect(),
    disconnect() {
      clearTimeout(retryTimer)
      retryTimer = undefined
      const last = connection
      connection = undefined
      last?.end()
    },
    /** Finds out whether the connection still lives, or does not wait any longer to open it. */
    checkNow() {
      if (retryTimer) connect()
      else call('getSelfInfo').catch(() => {})
    }
  }
}
