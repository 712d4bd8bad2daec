import { AppError, type ErrorKind } from '../errors.js'
import type { Context, Method } from './method.js'
import { isPoisoned } from './poison.js'

export type Methods = Record<string, Method>

/** A context whose user may be nobody: every call is then refused. */
export type CallerContext = Omit<Context, 'user'> & { readonly user: Context['user'] | undefined }

/** Reads a JSON-RPC 2.0 text. Nothing of what it asks for has happened before it is run. */
export type Dispatch = (text: string) => Call

export interface Call {
  /** Whether it is one request of a method that may overlap with others before it. */
  readonly mayOverlap: boolean
  /** Answers the text, nothing when it holds only notifications. */
  run(context: CallerContext): Promise<string | undefined>
}

export interface DispatchOptions {
  methods: Methods
  maxBatchCalls: number
  /** When the answers of a batch are so long together, the calls after them are refused. */
  maxAnswerBytes: number
  /** Write `"jsonrpc":2` in answers, as the first generation did. */
  legacyWire: boolean
  /** Told of what is nobody's mistake but ours. */
  onInternalError(error: AppError): void
}

type Id = string | number | null

interface Request {
  id?: Id
  method: string
  params?: object
}

const poisoned = 'A key is named __proto__, or constructor with a prototype in it.'

/** JSON-RPC 2.0 (https://www.jsonrpc.org/specification): text in, validated calls in order, text out. */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { methods, maxBatchCalls, maxAnswerBytes, legacyWire, onInternalError } = options
  const table = new Map(Object.entries(methods))
  const jsonrpc = legacyWire ? 2 : '2.0'

  const refuse = (kind: ErrorKind, id: Id, sentence?: string) =>
    JSON.stringify({ jsonrpc, error: new AppError(kind, sentence).toRpc(), id })

  async function run({ method, params }: Request, context: CallerContext) {
    try {
      return { result: await call(table.get(method), params, context) }
    } catch (thrown) {
      const error = AppError.from(thrown)
      if (error.kind === 'internal') onInternalError(error)
      return { error: error.toRpc() }
    }
  }

  async function answer(request: unknown, context: CallerContext): Promise<string | undefined> {
    if (!isRequest(request)) return refuse('invalidRequest', idOf(request))
    const outcome = await run(request, context)
    return request.id === undefined ? undefined : JSON.stringify({ jsonrpc, ...outcome, id: request.id })
  }

  /** Answers a call, unless the answers before it have used up what a batch may have; a notification has none. */
  async function answerWithin(bytesLeft: number, request: unknown, context: CallerContext) {
    return bytesLeft > 0 || isNotification(request) ? answer(request, context) : refuse('tooLarge', idOf(request))
  }

  async function answerBatch(batch: unknown[], context: CallerContext): Promise<string | undefined> {
    const answers: string[] = []
    let bytesLeft = maxAnswerBytes
    for (const request of batch) {
      const text = await answerWithin(bytesLeft, request, context)
      if (text === undefined) continue
      answers.push(text)
      bytesLeft -= Buffer.byteLength(text)
    }
    return answers.length === 0 ? undefined : `[${answers.join(',')}]`
  }

  function readBatch(batch: unknown[]): Call {
    if (batch.length === 0) return answered(refuse('invalidRequest', null))
    if (batch.length <= maxBatchCalls) return { mayOverlap: false, run: (context) => answerBatch(batch, context) }
    return answered(refuse('invalidRequest', null, `A batch has ${maxBatchCalls} calls at most.`))
  }

  return (text) => {
    let message: unknown
    try {
      message = JSON.parse(text)
    } catch {
      return answered(refuse('parseError', null))
    }
    if (isPoisoned(text, message)) return answered(refuse('invalidRequest', idOf(message), poisoned))
    if (Array.isArray(message)) return readBatch(message)
    const mayOverlap = isRequest(message) && table.get(message.method)?.mayOverlap === true
    return { mayOverlap, run: (context) => answer(message, context) }
  }
}

/** A text whose answer depends on nobody. */
function answered(answer: string): Call {
  return { mayOverlap: false, run: async () => answer }
}

function call(method: Method | undefined, params: unknown, context: CallerContext): Promise<unknown> {
  if (!method) throw new AppError('methodNotFound')
  if (!context.user) throw new AppError('unauthenticated')
  return method.call(params, context as Context)
}

function isRequest(value: unknown): value is Request {
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
function isNotification(value: unknown): boolean {
  return isRequest(value) && value.id === undefined
}

/** An id that can be returned as it was sent: not a number that JSON.parse has changed. */
function isId(id: unknown): id is Id {
  if (typeof id === 'number') return Number.isInteger(id) ? Number.isSafeInteger(id) : Number.isFinite(id)
  return id === null || typeof id === 'string'
}

/** Section 5 of the specification: null where the id cannot be told. */
function idOf(value: unknown): Id {
  const id = (value as { id?: unknown } | null)?.id
  return isId(id) ? id : null
}
