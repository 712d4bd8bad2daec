/** Error codes and messages of JSON-RPC 2.0: the specification's own, and the server's from -32000 down. */
export const rpcMessages = {
  [-32700]: 'Parse error',
  [-32600]: 'Invalid Request',
  [-32601]: 'Method not found',
  [-32602]: 'Invalid params',
  [-32000]: 'Server error',
  [-32001]: 'Unauthenticated',
  [-32002]: 'Forbidden',
  [-32005]: 'Too many requests',
  [-32011]: 'Conflict'
}

export interface Kind {
  code: keyof typeof rpcMessages
  /** HTTP status (RFC 9110). */
  status: number
  /** Name that clients see. */
  name: string
  /** Message where the code that refuses has no other. */
  sentence?: string
}

/** The closed table of all refusals. */
export const kinds = {
  parseError: { code: -32700, status: 400, name: 'ParseError' },
  invalidRequest: { code: -32600, status: 400, name: 'InvalidRequestError' },
  methodNotFound: { code: -32601, status: 404, name: 'MethodNotFoundError' },
  invalidParams: { code: -32602, status: 400, name: 'InvalidParamsError' },
  badRequest: { code: -32600, status: 400, name: 'BadRequestError', sentence: 'The request is malformed.' },
  unauthenticated: { code: -32001, status: 401, name: 'NoAuthJWTError', sentence: 'Authorization data missing.' },
  wrongCredentials: {
    code: -32001,
    status: 401,
    name: 'WrongCredentialsError',
    sentence: 'The e-mail or the password is wrong.'
  },
  forbidden: { code: -32002, status: 403, name: 'ForbiddenError' },
  notFound: { code: -32601, status: 404, name: 'NotFoundError', sentence: 'There is nothing here.' },
  conflict: { code: -32011, status: 409, name: 'ConflictError' },
  tooLarge: { code: -32600, status: 413, name: 'TooLargeError', sentence: 'The request is too large.' },
  unsupportedMediaType: {
    code: -32600,
    status: 415,
    name: 'UnsupportedMediaTypeError',
    sentence: 'The body has another media type than this address takes.'
  },
  tooManyRequests: { code: -32005, status: 429, name: 'TooManyRequestsError', sentence: 'Too many requests.' },
  tooSlow: {
    code: -32600,
    status: 408,
    name: 'BadRequestError',
    sentence: 'The request did not come to its end in time.'
  },
  unavailable: { code: -32000, status: 503, name: 'UnavailableError', sentence: 'The server has too much to do.' },
  slowConsumer: {
    code: -32000,
    status: 503,
    name: 'SlowConsumerError',
    sentence: 'Too much was left unread. Reconnect and call getUpdates.'
  },
  internal: { code: -32000, status: 500, name: 'ServerError' }
} satisfies Record<string, Kind>

export type ErrorKind = keyof typeof kinds

export interface Problem {
  /** JSON Pointer (RFC 6901) to the offending value. */
  path: string
  message: string
}

interface Explanation {
  path?: string
  retryAfterMs?: number
  /** Problems of a body that does not fit its schema. */
  details?: Problem[]
}

/** Runs a function whose errors have no stack: to collect one takes longer than the rest of a refusal. */
export function withoutStacks<T>(run: () => T): T {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return run()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/**
 * A refusal that the client may read. Any other error is `internal` and stays in the log. A refusal has no stack of its own, because a
 * client can cause thousands in a moment; its cause has one.
 */
export class AppError extends Error {
  readonly kind: ErrorKind
  readonly explanation: Explanation
  readonly #entry: Kind
  readonly #sentence: string | undefined

  constructor(kind: ErrorKind, sentence?: string, explanation: Explanation = {}, cause?: unknown) {
    const entry: Kind = kinds[kind]
    // TypeScript does not allow super() within `withoutStacks`.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(sentence ?? entry.sentence ?? rpcMessages[entry.code], { cause })
    Error.stackTraceLimit = stackTraceLimit
    this.kind = kind
    this.name = entry.name
    this.explanation = explanation
    this.#entry = entry
    this.#sentence = sentence ?? entry.sentence
  }

  /** Returns `thrown` itself if it is a refusal, else `internal` with it as the cause. */
  static from(thrown: unknown): AppError {
    return thrown instanceof AppError ? thrown : new AppError('internal', undefined, {}, thrown)
  }

  get status(): number {
    return this.#entry.status
  }

  /** Value of the header `Retry-After` (RFC 9110, 10.2.3), where a delay is known. */
  get retryAfterSeconds(): number | undefined {
    const { retryAfterMs } = this.explanation
    return retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000)
  }

  /** Returns the `error` member of a JSON-RPC response, with `data` where there is an explanation. */
  toRpc() {
    const { code } = this.#entry
    const message = rpcMessages[code]
    if (this.#sentence === undefined) return { code, message }
    const { path, retryAfterMs } = this.explanation
    return { code, message, data: { name: this.name, message: this.message, path, retryAfterMs } }
  }

  /** Returns the body of an HTTP error, which is also the reason of a WebSocket close. */
  toBody() {
    return { Error: { name: this.name, message: this.message, details: this.explanation.details } }
  }
}
