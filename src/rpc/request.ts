export type Id = string | number | null

export interface Request {
  id?: Id
  method: string
  params?: object
}

/** Whether a value has the form of a request or a notification. */
export function isRequest(value: unknown): value is Request {
  if (typeof value !== 'object' || value === null) return false
  const { jsonrpc, id, method, params } = value as Record<string, unknown>
  return (
    // Clients of the first generation send the number that its answers had.
    (jsonrpc === '2.0' || jsonrpc === 2) &&
    typeof method === 'string' &&
    (id === undefined || isId(id)) &&
    (params === undefined || (typeof params === 'object' && params !== null))
  )
}

/** Section 4.1 of the specification: a request without an id, which is never answered. */
export function isNotification(value: unknown): boolean {
  return isRequest(value) && value.id === undefined
}

/** An id that can be returned as it was sent: not a number that JSON.parse has changed. */
function isId(id: unknown): id is Id {
  if (typeof id === 'number') return Number.isInteger(id) ? Number.isSafeInteger(id) : Number.isFinite(id)
  return id === null || typeof id === 'string'
}

/** Section 5 of the specification: null where the id cannot be told. */
export function idOf(value: unknown): Id {
  const id = (value as { id?: unknown } | null)?.id
  return isId(id) ? id : null
}
