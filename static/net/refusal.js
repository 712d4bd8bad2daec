const defaultRetryMs = 1000

/**
 * Creates an error that `explain` can put into words for the user.
 *
 * @param name a name of the server's errors; `ConnectionLostError` when the server did not answer
 * @param facts further fields of the error: `{message, path, details, retryAfterMs}`
 */
export function refusal(name, { message = name, ...facts } = {}) {
  return Object.assign(new Error(message), { name, ...facts })
}

export function isConnectionLost(error) {
  return error.name === 'ConnectionLostError'
}

export function isRateLimited(error) {
  return error.name === 'TooManyRequestsError'
}

/** Returns the delay before a rate-limited call is retried. A default applies where the server gives none. */
export function retryDelayMs({ retryAfterMs = defaultRetryMs }) {
  return retryAfterMs
}

export function connectionLost() {
  return refusal('ConnectionLostError')
}

// A proxy's refusal does not have the body of this server's errors.
const noMessage = 'A proxy on the way to the server refused this.'
const nameOfStatus = { 413: 'TooLargeError', 429: 'TooManyRequestsError', 503: 'UnavailableError' }

export function refusalOfHttp(response, body) {
  const retryAfterSeconds = Number(response.headers.get('retry-after'))
  const { name = nameOf(response), message = noMessage, details } = body?.Error ?? {}
  return refusal(name, { message, details, retryAfterMs: retryAfterSeconds * 1000 })
}

function nameOf({ status }) {
  return nameOfStatus[status] ?? (status >= 500 ? 'ServerError' : 'BadRequestError')
}

/** @param reason the reason of a close by the server: empty, or the text of an HTTP error's body */
export function refusalOfClose(reason) {
  const { name, message } = reason ? JSON.parse(reason).Error : {}
  return refusal(name, { message })
}

/** @param error the member `error` of a JSON-RPC response */
export function refusalOfRpc({ message, data }) {
  return refusal(data?.name ?? 'ServerError', { message, ...data })
}
