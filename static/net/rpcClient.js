import { openConnection } from './connection.js'
import { connectionLost, isRateLimited, refusalOfClose } from './refusal.js'

// RFC 6455, 7.4.1. The server sends it when the cookie is missing or has expired, and when a limit is exceeded.
const policyViolation = 1008
const serverShutdown = 3901
const firstDelayMs = 500
const maxDelayMs = 15_000

/**
 * Creates a client for JSON-RPC over a WebSocket. It reconnects whenever the connection is lost.
 *
 * @param handlers `onOpen(greeting)`, whose promise rejects if the connection is unusable; `onNotification(notification)`;
 *   `onLost(closeCode, refusal)`, with the server's reason, if any; `onRefused()`, after which only `connect()` tries again
 */
export function createRpcClient(url, handlers) {
  let connection
  let retryTimer
  let failedAttempts = 0
  let shutdownDelayMs = 0

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
        if (notification.code === serverShutdown) shutdownDelayMs = notification.body.reconnectAfterMs
        handlers.onNotification(notification)
      },
      onEnd: (code, reason) => opened === connection && ended(code, reason)
    })
    connection = opened
  }

  function ended(code, reason) {
    connection = undefined
    const refusal = code === policyViolation ? refusalOfClose(reason) : undefined
    if (refusal && !isRateLimited(refusal)) return handlers.onRefused()
    retryTimer = setTimeout(connect, shutdownDelayMs + backoffMs(failedAttempts++))
    shutdownDelayMs = 0
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
    /** Reconnects without waiting for the end of the delay. */
    reconnectNow: () => retryTimer && connect(),
    /** Closes a connection that the browser reports as dead. The browser may be wrong, so attempts to reconnect continue. */
    dropConnection: () => connection?.end(),
    /** Cancels an attempt to connect that began in another network: it would never get an answer. */
    cancelConnecting() {
      if (!connection?.isGreeted()) connection?.end()
    }
  }
}

/** Returns the delay before an attempt to reconnect. It is random, so that clients of a restarted server do not all connect at once. */
function backoffMs(attempt) {
  const delayMs = Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(attempt, 10))
  return delayMs * (0.5 + Math.random() / 2)
}
