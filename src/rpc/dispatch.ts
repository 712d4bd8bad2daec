import { AppError } from '../errors.js'
import type { CallCount } from '../metrics/counters.js'
import type { Session } from '../store/records.js'
import type { CallerContext, Context, Methods } from './method.js'
import { type Item, parse } from './parse.js'
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

// An answer without a page has at most 30 users, or a text of 4096 characters of six bytes each. The call cannot be taken back, so the
// batch must have room for such an answer before the call. A page without room is dropped instead. Ids and refusals come on top.
const maxShortAnswerBytes = 32 * 1024
const tooLarge = new AppError('tooLarge', 'The answers of the batch are too large together.')

/** Creates the dispatch of JSON-RPC 2.0 (https://www.jsonrpc.org/specification). */
export function createDispatch(options: DispatchOptions): Dispatch {
  const methods = new Map(Object.entries(options.methods))
  const answer = createAnswer(options)
  const answerBatch = createAnswerBatch(answer, options)

  function single(item: Item, context: CallerContext): Call {
    const { method } = item
    const throttled = throttle(context.callLimits, method)
    const call: Call = {
      mayOverlap: throttled === undefined && method?.mayOverlap === true,
      isLong: method?.returnsPage === true,
      untilAllowed: () => untilAllowed(throttled, context).catch(() => {}),
      run: () => answer(item, context, throttled, call)
    }
    return call
  }

  return (text, context) => {
    const parsed = parse(text, methods, options.maxBatchCalls)
    if (parsed.kind !== 'batch') return single(parsed, context)
    const { items } = parsed
    const throttles = items.map(({ method }) => throttle(context.callLimits, method))
    const isLong = items.some(({ method }) => method?.returnsPage)
    const run = () => answerBatch(items, context, throttles)
    return { mayOverlap: false, isLong, untilAllowed: async () => {}, run }
  }
}

function toText({ legacyWire }: DispatchOptions, outcome: object, id: Item['id']): string {
  return JSON.stringify({ jsonrpc: legacyWire ? 2 : '2.0', ...outcome, id })
}

/** Creates the function that runs, counts and answers one item of a request. */
function createAnswer(options: DispatchOptions) {
  const { hasEnded, callCountOf, onInternalError, onRefusal } = options

  return async (item: Item, context: CallerContext, throttled: Throttle, single?: Call) => {
    if (context.gone?.isCutOff) return undefined
    const { id, name, method } = item
    const count = callCountOf(name)
    count.calls++
    const outcome = await run(item, context, throttled, hasEnded).catch((thrown: unknown) => {
      count.errors++
      const error = AppError.from(thrown)
      if (error.kind === 'internal') onInternalError(error)
      else onRefusal(error, context.user?._id)
      if (single && error.kind === 'tooManyRequests') single.refusal = error
      return { error: error.toRpc() }
    })
    if (id === undefined) return undefined
    const text = toText(options, outcome, id)
    if (method?.returnsPage) context.callLimits?.spendBytes(Buffer.byteLength(text))
    return text
  }
}

async function run(
  item: Item,
  context: CallerContext,
  throttled: Throttle,
  hasEnded: DispatchOptions['hasEnded']
): Promise<{ result: unknown }> {
  if (item.kind === 'refused') {
    // A refused request waits as a call would: invalid requests are not free.
    await untilAllowed(throttled, context).catch(() => {})
    throw item.error
  }
  const { method, params } = item
  // Awaited only where it has to wait: a method that may overlap must ask the store in this turn of the event loop.
  if (throttled !== undefined) await untilAllowed(throttled, context)
  if (!method) throw new AppError('methodNotFound')
  if (method.returnsPage) await untilAllowed(context.callLimits?.waitForBytes(method), context)
  if (!context.session || hasEnded(context.session)) throw new AppError('unauthenticated')
  return { result: await method.call(params, context as Context) }
}

/** Creates the function that answers the items of a batch one after the other. */
function createAnswerBatch(answer: ReturnType<typeof createAnswer>, options: DispatchOptions) {
  const { maxAnswerBytes } = options
  const minBytesLeft = Math.min(maxShortAnswerBytes, maxAnswerBytes / 2)

  async function answerWithin(bytesLeft: number, item: Item, context: CallerContext, throttled: Throttle) {
    const { id, name, method } = item
    if (id !== undefined && bytesLeft < minBytesLeft) {
      return answer({ kind: 'refused', id, name, method: undefined, error: tooLarge }, context, throttled)
    }
    const text = await answer(item, context, throttled)
    const isTooLong = method?.returnsPage && text !== undefined && Buffer.byteLength(text) > bytesLeft
    return isTooLong ? toText(options, { error: tooLarge.toRpc() }, id) : text
  }

  return async (items: Item[], context: CallerContext, throttles: Throttle[]) => {
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
}
