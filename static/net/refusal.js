const defaultRetryMs = 1000

/**
 * An error that can be explained to the user.
 *
 * @param name as the server's errors are named; `ConnectionLostError` when it gave no answer
 * @param facts what else is known of it: `{message, path, details, retryAfterMs}`
 */
export function refusal(name, { message = name, ...facts } = {}) {
  return Object.assign(new Error(message), { name, ...facts })
}

export function isConnectionLost(error) {
  return error.name === 'ConnectionLostError'
}

export function isTooSoon(error) {
  return error.name === 'TooManyRequestsError'
}

/** Returns how long to wait before a call that came too soon is made again, also where the server does not say it. */
export function waitAfter({ retryAfterMs = defaultRetryMs }) {
  return retryAfterMs
}

export function connectionLost() {
  return refusal('ConnectionLostError')
}

// A proxy refuses without the body that this server's errors have.
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

/** @param reason of a close by the server: nothing, or a text like the body of an HTTP error */
export function refusalOfClose(reason) {
  const { name, message } = reason ? JSON.parse(reason).Error : {}
  return refusal(name, { message })
}

/** @param error the member of that name of a JSON-RPC response */
export function refusalOfRpc({ message, data }) {
  return refusal(data?.name ?? 'ServerError', { message, ...data })
}
