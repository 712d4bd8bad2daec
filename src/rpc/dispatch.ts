import { AppError } from '../errors.js'
import type { CallCount } from '../metrics/counters.js'
import type { Session } from '../store/store.js'
import { type CallerContext, type Context, cutOff, type Method, type Methods } from './method.js'
import { parse, type Refused, type Request } from './parse.js'
import { type Throttle, throttle, untilAllowed } from './throttle.js'

/** Parses a JSON-RPC 2.0 text and counts its calls towards the rate limits. Nothing else happens until the call is run. */
export type Dispatch = (text: string, context: CallerContext) => Call

export interface Call {
  /** Whether the call may begin while calls before it that may overlap, too, have not ended. */
  readonly mayOverlap: boolean
  /** Whether the answer may be long, because it has a page in it. */
  readonly isLong: boolean
  /** Resolves when the rate limits allow a single call, or refuse it. */
  untilAllowed(): Promise<void>
  /** Runs the call, and returns its answer: undefined for notifications. */
  run(): Promise<string | undefined>
  /** The refusal of a single call by its rate limits, after the run. */
  refusal?: AppError
}

export interface DispatchOptions {
  methods: Methods
  maxBatchCalls: number
  /** Maximum bytes of the answers of a batch. */
  maxAnswerBytes: number
  /** Write `"jsonrpc":2` in answers, as the legacy server did. */
  legacyWire: boolean
  hasEnded(session: Session): boolean
  onInternalError(error: AppError): void
  onRefusal(error: AppError, userId: string | undefined): void
  /** Returns the counts of a method; undefined: of everything that is not a call. */
  callCountOf(method?: string): CallCount
}

type Item = Request | Refused

// An answer without a page has at most 30 users, or a text of 4096 characters of six bytes each. The call cannot be taken back, so the
// batch must have room for such an answer before the call. A page without room is dropped instead. Ids and refusals come on top.
const maxShortAnswerBytes = 32 * 1024
const tooLarge = new AppError('tooLarge', 'The answers of the batch are too large together.')

/** Creates the dispatch of JSON-RPC 2.0 (https://www.jsonrpc.org/specification). */
export function createDispatch(options: DispatchOptions): Dispatch {
  const table = new Map(Object.entries(options.methods))
  const methodOf = (item: Item) => (item.kind === 'call' ? table.get(item.method) : undefined)
  const { answer, answerBatch } = createAnswers(methodOf, options)

  function single(item: Item, context: CallerContext): Call {
    const method = methodOf(item)
    const throttled = throttle(context.budget, method)
    const call: Call = {
      mayOverlap: throttled === undefined && method?.mayOverlap === true,
      isLong: method?.returnsPage === true,
      untilAllowed: () => untilAllowed(throttled, context).catch(() => {}),
      run: () => answer(item, context, throttled, call)
    }
    return call
  }

  return (text, context) => {
    const parsed = parse(text, options.maxBatchCalls)
    if (parsed.kind !== 'batch') return single(parsed, context)
    const { items } = parsed
    const throttles = items.map((item) => throttle(context.budget, methodOf(item)))
    const isLong = items.some((item) => methodOf(item)?.returnsPage)
    return {
      mayOverlap: false,
      isLong,
      untilAllowed: async () => {},
      run: () => answerBatch(items, context, throttles)
    }
  }
}

/** Creates the functions that run what was parsed and return the answer. */
function createAnswers(methodOf: (item: Item) => Method | undefined, options: DispatchOptions) {
  const { maxAnswerBytes, callCountOf, onRefusal } = options
  const call = createCaller(options)
  const jsonrpc = options.legacyWire ? 2 : '2.0'
  const minBytesLeft = Math.min(maxShortAnswerBytes, maxAnswerBytes / 2)
  const toText = (outcome: { result: unknown } | AppError, { id }: Item) =>
    JSON.stringify({ jsonrpc, ...(outcome instanceof AppError ? { error: outcome.toRpc() } : outcome), id })

  async function refuse(error: AppError, item: Item, context: CallerContext, throttled: Throttle): Promise<string> {
    const count = callCountOf(item.method)
    count.calls++
    count.errors++
    // A refused request waits as a call would: invalid requests are not free.
    await untilAllowed(throttled, context).catch(() => {})
    onRefusal(error, context.user?._id)
    return toText(error, item)
  }

  async function answer(item: Item, context: CallerContext, throttled: Throttle, single?: Call) {
    if (context.gone?.signal.reason === cutOff) return undefined
    if (item.kind === 'refused') return refuse(item.error, item, context, throttled)
    const method = methodOf(item)
    const outcome = await call(item, method, context, throttled)
    if (single) noteRefusal(single, outcome)
    if (item.id === undefined) return undefined
    const text = toText(outcome, item)
    if (method?.returnsPage) context.budget?.spendBytes(Buffer.byteLength(text))
    return text
  }

  async function answerBatch(items: Item[], context: CallerContext, throttles: Throttle[]) {
    const answers: string[] = []
    // Without the brackets of the array.
    let bytesLeft = maxAnswerBytes - 2
    for (const [index, item] of items.entries()) {
      const text = await answerWithin(bytesLeft, item, context, throttles[index])
      if (text === undefined) continue
      answers.push(text)
      bytesLeft -= Buffer.byteLength(text) + 1
    }
    return answers.length === 0 ? undefined : `[${answers.join(',')}]`
  }

  async function answerWithin(bytesLeft: number, item: Item, context: CallerContext, throttled: Throttle) {
    const isNotification = item.id === undefined
    if (!isNotification && bytesLeft < minBytesLeft) return refuse(tooLarge, item, context, throttled)
    const text = await answer(item, context, throttled)
    const isTooLong = methodOf(item)?.returnsPage && text !== undefined && Buffer.byteLength(text) > bytesLeft
    return isTooLong ? toText(tooLarge, item) : text
  }

  return { answer, answerBatch }
}

function noteRefusal(call: Call, outcome: unknown): void {
  if (outcome instanceof AppError && outcome.kind === 'tooManyRequests') call.refusal = outcome
}

/** Creates the function that calls a method when its rate limits allow it. Resolves with the error of a call that fails. */
function createCaller({ callCountOf, onInternalError, onRefusal, hasEnded }: DispatchOptions) {
  async function call({ params }: Request, method: Method | undefined, context: CallerContext, throttled: Throttle) {
    // Awaited only where it has to wait: a method that may overlap must ask the store in this turn of the event loop.
    if (throttled !== undefined) await untilAllowed(throttled, context)
    if (!method) throw new AppError('methodNotFound')
    if (method.returnsPage) await untilAllowed(context.budget?.waitForBytes(method), context)
    if (!context.session || hasEnded(context.session)) throw new AppError('unauthenticated')
    return { result: await method.call(params, context as Context) }
  }

  return async (request: Request, ...rest: [Method | undefined, CallerContext, Throttle]) => {
    const count = callCountOf(request.method)
    count.calls++
    return call(request, ...rest).catch((thrown: unknown) => {
      count.errors++
      const error = AppError.from(thrown)
      if (error.kind === 'internal') onInternalError(error)
      else onRefusal(error, rest[1].user?._id)
      return error
    })
  }
}
