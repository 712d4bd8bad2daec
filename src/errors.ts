/**
 * Every way in which the server refuses, in one closed table: the JSON-RPC 2.0 error code and message, the HTTP
 * status (RFC 9110), the name under which clients know it and, where it always says the same, the sentence.
 */
const kinds = {
  parseError: { code: -32700, message: 'Parse error', status: 400, name: 'ParseError' },
  invalidRequest: { code: -32600, message: 'Invalid Request', status: 400, name: 'InvalidRequestError' },
  methodNotFound: { code: -32601, message: 'Method not found', status: 404, name: 'MethodNotFoundError' },
  invalidParams: { code: -32602, message: 'Invalid params', status: 400, name: 'InvalidParamsError' },
  unauthenticated: {
    code: -32001,
    message: 'Unauthenticated',
    status: 401,
    name: 'NoAuthJWTError',
    sentence: 'Authorization data missing.'
  },
  wrongCredentials: {
    code: -32001,
    message: 'Unauthenticated',
    status: 401,
    name: 'WrongCredentialsError',
    sentence: 'The e-mail or the password is wrong.'
  },
  badRequest: { code: -32600, message: 'Invalid Request', status: 400, name: 'BadRequestError' },
  forbidden: { code: -32002, message: 'Forbidden', status: 403, name: 'ForbiddenError' },
  notFound: { code: -32602, message: 'Invalid params', status: 404, name: 'NotFoundError' },
  conflict: { code: -32011, message: 'Conflict', status: 409, name: 'ConflictError' },
  tooLarge: { code: -32602, message: 'Invalid params', status: 413, name: 'TooLargeError' },
  unsupportedMediaType: { code: -32602, message: 'Invalid params', status: 415, name: 'UnsupportedMediaTypeError' },
  tooManyRequests: { code: -32005, message: 'Too many requests', status: 429, name: 'TooManyRequestsError' },
  unavailable: { code: -32000, message: 'Server error', status: 503, name: 'UnavailableError' },
  internal: { code: -32000, message: 'Server error', status: 500, name: 'ServerError' }
} satisfies Record<string, { code: number; message: string; status: number; name: string; sentence?: string }>

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

/** A refusal that its cause may read. Anything else that is thrown is `internal` and stays in the log. */
export class AppError extends Error {
  readonly kind: ErrorKind
  readonly explanation: Explanation
  readonly #sentence: string | undefined

  constructor(kind: ErrorKind, sentence?: string, explanation: Explanation = {}, cause?: unknown) {
    const entry: { message: string; sentence?: string } = kinds[kind]
    super(sentence ?? entry.sentence ?? entry.message, { cause })
    this.kind = kind
    this.name = kinds[kind].name
    this.#sentence = sentence ?? entry.sentence
    this.explanation = explanation
  }

  /** `thrown` itself where it is a refusal, `internal` with it as the cause where it is not. */
  static from(thrown: unknown): AppError {
    return thrown instanceof AppError ? thrown : new AppError('internal', undefined, {}, thrown)
  }

  get status(): number {
    return kinds[this.kind].status
  }

  /** The `error` member of a JSON-RPC response; `data` only where there is something to explain. */
  toRpc() {
    const { code, message } = kinds[this.kind]
    if (this.#sentence === undefined) return { code, message }
    const { path, retryAfterMs } = this.explanation
    return { code, message, data: { name: this.name, message: this.message, path, retryAfterMs } }
  }

  /** The body of an HTTP error and the reason of a WebSocket close. */
  toBody() {
    return { Error: { name: this.name, message: this.message, details: this.explanation.details } }
  }
}
