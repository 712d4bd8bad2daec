/** Error codes and messages of JSON-RPC 2.0: the specification's own, and from -32000 down the server's. */
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

interface Kind {
  code: keyof typeof rpcMessages
  /** HTTP status (RFC 9110). */
  status: number
  /** The name under which clients know it. */
  name: string
  /** What it says where nothing more is known. */
  sentence?: string
}

/** Every way in which the server refuses, in one closed table. */
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
  /** What a body that does not fit its schema got wrong. */
  details?: Problem[]
}

/** Runs something whose errors have no stack: to collect one takes longer than all else in a refusal. */
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
 * A refusal that its cause may read. Anything else that is thrown is `internal` and stays in the log. It has no stack of its own,
 * because a client can cause thousands of refusals in a moment; a cause has one.
 */
export class AppError extends Error {
  readonly kind: ErrorKind
  readonly explanation: Explanation
  readonly #entry: Kind
  readonly #sentence: string | undefined

  constructor(kind: ErrorKind, sentence?: string, explanation: Explanation = {}, cause?: unknown) {
    const entry: Kind = kinds[kind]
    // As `withoutStacks` does, in which TypeScript allows no super().
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

  /** `thrown` itself where it is a refusal, `internal` with it as the cause where it is not. */
  static from(thrown: unknown): AppError {
    return thrown instanceof AppError ? thrown : new AppError('internal', undefined, {}, thrown)
  }

  get status(): number {
    return this.#entry.status
  }

  /** What the header `Retry-After` says (RFC 9110, 10.2.3), where there is something to say. */
  get retryAfterSeconds(): number | undefined {
    const { retryAfterMs } = this.explanation
    return retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000)
  }

  /** The `error` member of a JSON-RPC response; `data` only where there is something to explain. */
  toRpc() {
    const { code } = this.#entry
    const message = rpcMessages[code]
    if (this.#sentence === undefined) return { code, message }
    const { path, retryAfterMs } = this.explanation
    return { code, message, data: { name: this.name, message: this.message, path, retryAfterMs } }
  }

  /** The body of an HTTP error and the reason of a WebSocket close. */
  toBody() {
    return { Error: { name: this.name, message: this.message, details: this.explanation.details } }
  }
}
