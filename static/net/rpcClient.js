import { backoffMs } from './backoff.js'
import { openConnection } from './connection.js'
import { connectionLost, isTooSoon, refusalOfClose } from './refusal.js'

// RFC 6455, 7.4.1; the server closes so when the cookie is missing or has expired, and when there is too much of something.
const policyViolation = 1008
const serverShutdown = 3901

/**
 * JSON-RPC over a WebSocket that is opened again whenever it is lost.
 *
 * @param handlers `onOpen(greeting)`, whose promise tells whether the connection is of use; `onNotification(notification)`;
 *   `onLost(closeCode, refusal)`, with what the server had against it, if anything; `onRefused()`, after which nothing is tried until the next `connect()`
 */
export function createRpcClient(url, handlers) {
  let connection
  let retryTimer
  let failedAttempts = 0
  let restMs = 0

  function connect() {
    clearTimeout(retryTimer)
    retryTimer = undefined
    const opened = openConnection(url, {
      onOpen: (greeting) =>
        handlers.onOpen(greeting).then(
          () => (failedAttempts = 0),
          () => opened.end()
        ),
      onNotification(notification) {
        if (notification.code === serverShutdown) restMs = notification.body.reconnectAfterMs
        handlers.onNotification(notification)
      },
      onEnd: (code, reason) => opened === connection && ended(code, reason)
    })
    connection = opened
  }

  function ended(code, reason) {
    connection = undefined
    const refusal = code === policyViolation ? refusalOfClose(reason) : undefined
    if (refusal && !isTooSoon(refusal)) return handlers.onRefused()
    retryTimer = setTimeout(connect, restMs + backoffMs(failedAttempts++))
    restMs = 0
    handlers.onLost(code, refusal)
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
    /** Does not wait any longer to open the connection. */
    hurry: () => retryTimer && connect(),
    /** Ends what is dead without having been closed, as the browser knows; it may be wrong, so that attempts go on. */
    interrupt: () => connection?.end(),
    /** Ends an attempt that began in another network, where it would wait for an answer in vain. */
    abandon() {
      if (!connection?.isGreeted()) connection?.end()
    }
  }
}
