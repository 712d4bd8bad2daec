import { AppError, type ErrorKind } from '../errors.js'
import { charge, comesDue, type Due } from './due.js'
import type { Context, Method } from './method.js'

export type Methods = Record<string, Method>

/** A context whose user may be nobody: every call is then refused. */
export type CallerContext = Omit<Context, 'user'> & { readonly user: Context['user'] | undefined }

/**
 * Reads a JSON-RPC 2.0 text, and takes what its calls need from the budget. Nothing of what it asks for has happened before it is
 * run.
 */
export type Dispatch = (text: string, context: CallerContext) => Call

export interface Call {
  /** Whether it is one request, due at once, of a method that may overlap with others before it. */
  readonly mayOverlap: boolean
  /** Why it is refused, when it is one request that comes too soon after others. */
  readonly refusal?: AppError | undefined
  /** Answers the text, nothing when it holds only notifications. */
  run(): Promise<string | undefined>
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

type Table = Map<string, Method>

/** Runs calls and answers them. */
function createAnswers(table: Table, { maxAnswerBytes, legacyWire, onInternalError }: DispatchOptions) {
  const jsonrpc = legacyWire ? 2 : '2.0'

  const refuse = (kind: ErrorKind, id: Id, sentence?: string) =>
    JSON.stringify({ jsonrpc, error: new AppError(kind, sentence).toRpc(), id })

  async function run({ method, params }: Request, context: CallerContext, due: Due) {
    try {
      // Not awaited in vain: what may overlap has to ask the store at once.
      if (due !== 0) await comesDue(due)
      return { result: await call(table.get(method), params, context) }
    } catch (thrown) {
      const error = AppError.from(thrown)
      if (error.kind === 'internal') onInternalError(error)
      return { error: error.toRpc() }
    }
  }

  async function answer(request: unknown, context: CallerContext, due: Due): Promise<string | undefined> {
    if (!isRequest(request)) return refuse('invalidRequest', idOf(request))
    const outcome = await run(request, context, due)
    return request.id === undefined ? undefined : JSON.stringify({ jsonrpc, ...outcome, id: request.id })
  }

  /** Answers a call, unless the answers before it have used up what a batch may have; a notification has none. */
  async function answerWithin(bytesLeft: number, request: unknown, context: CallerContext, due: Due) {
    if (bytesLeft <= 0 && !isNotification(request)) return refuse('tooLarge', idOf(request))
    return answer(request, context, due)
  }

  async function answerBatch(batch: unknown[], context: CallerContext, dues: Due[]): Promise<string | undefined> {
    const answers: string[] = []
    let bytesLeft = maxAnswerBytes
    for (const [index, request] of batch.entries()) {
      const text = await answerWithin(bytesLeft, request, context, dues[index] as Due)
      if (text === undefined) continue
      answers.push(text)
      bytesLeft -= Buffer.byteLength(text)
    }
    return answers.length === 0 ? undefined : `[${answers.join(',')}]`
  }

  return { refuse, answer, answerBatch }
}

/** JSON-RPC 2.0 (https://www.jsonrpc.org/specification): text in, validated calls in order, text out. */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { methods, maxBatchCalls } = options
  const table: Table = new Map(Object.entries(methods))
  const methodOf = (request: unknown) => (isRequest(request) ? table.get(request.method) : undefined)
  const { refuse, answer, answerBatch } = createAnswers(table, options)

  function single(request: unknown, context: CallerContext): Call {
    const method = methodOf(request)
    const due = charge(context.budget, method)
    return {
      mayOverlap: due === 0 && method?.mayOverlap === true,
      refusal: due instanceof AppError ? due : undefined,
      run: () => answer(request, context, due)
    }
  }

  return (text, context) => {
    // What is no call counts as one, but is answered all the same.
    const refused = (kind: ErrorKind, sentence?: string): Call => {
      charge(context.budget, undefined)
      return { mayOverlap: false, run: async () => refuse(kind, null, sentence) }
    }
    let message: unknown
    try {
      message = JSON.parse(text)
    } catch {
      return refused('parseError')
    }
    if (!Array.isArray(message)) return single(message, context)
    if (message.length === 0) return refused('invalidRequest')
    if (message.length > maxBatchCalls) return refused('invalidRequest', `A batch has ${maxBatchCalls} calls at most.`)
    const dues = message.map((request) => charge(context.budget, methodOf(request)))
    return { mayOverlap: false, run: () => answerBatch(message, context, dues) }
  }
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
