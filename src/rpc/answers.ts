import { AppError } from '../errors.js'
import type { CallCount } from '../metrics/counters.js'
import type { Session } from '../store/store.js'
import { comesDue, type Due } from './due.js'
import type { CallerContext, Context, Method } from './method.js'
import { idOf, isNotification, isRequest, type Request } from './request.js'

export type Table = Map<string, Method>

export interface AnswersOptions {
  /** Bytes of the answers of a batch together. */
  maxAnswerBytes: number
  /** Write `"jsonrpc":2` in answers, as the first generation did. */
  legacyWire: boolean
  /** Whether a log-in is over: calls that have been read do not begin any more. */
  hasEnded(session: Session): boolean
  /** Told of what is nobody's mistake but ours. */
  onInternalError(error: AppError): void
  /** Told of what the caller has done wrong. */
  onRefusal(error: AppError, userId: string | undefined): void
  /** Where the calls of what a client has named as its method are counted, and without a name what is no call. */
  callCountOf(method?: string): CallCount
}

interface Refused {
  refusal?: AppError
}

// An answer that is not a page has 30 found users at most, or a text of 4096 characters of six bytes each. Room for it must be there
// before its call, because its effect cannot be taken back. A page has no effect: one that does not fit is dropped. The ids of the calls
// and the refusals come on top, which are as long as the batch at most.
const maxShortAnswerBytes = 32 * 1024

/** Runs requests that are due and answers them. */
export function createAnswers(table: Table, options: AnswersOptions) {
  const { maxAnswerBytes, legacyWire, onRefusal, callCountOf } = options
  const run = createRun(options)
  const jsonrpc = legacyWire ? 2 : '2.0'
  const minBytesLeft = Math.min(maxShortAnswerBytes, maxAnswerBytes / 2)

  const returnsPage = (request: unknown) => isRequest(request) && table.get(request.method)?.returnsPage === true
  const refusalText = (error: AppError, refused: unknown) =>
    JSON.stringify({ jsonrpc, error: error.toRpc(), id: idOf(refused) })

  /** Answers what is not run, whatever it is. */
  async function refuse(error: AppError, refused: unknown, context: CallerContext, due: Due): Promise<string> {
    const count = callCountOf(isRequest(refused) ? refused.method : undefined)
    count.calls++
    count.errors++
    await comesDue(due, context).catch(() => {})
    onRefusal(error, context.user?._id)
    return refusalText(error, refused)
  }

  /** @param told of its refusal, where it comes too soon after others */
  async function answer(request: unknown, context: CallerContext, due: Due, told?: Refused) {
    if (!isRequest(request)) return refuse(new AppError('invalidRequest'), request, context, due)
    const method = table.get(request.method)
    const outcome = await run(method, request, context, due, told)
    if (request.id === undefined) return undefined
    const text = JSON.stringify({ jsonrpc, ...outcome, id: request.id })
    if (method?.returnsPage) context.callLimits?.spendBytes(Buffer.byteLength(text))
    return text
  }

  async function answerBatch(batch: unknown[], context: CallerContext, dues: Due[]): Promise<string | undefined> {
    const answers: string[] = []
    // The brackets of the array.
    let bytesLeft = maxAnswerBytes - 2
    for (const [index, request] of batch.entries()) {
      const text = await answerWithin(bytesLeft, request, context, dues[index])
      if (text === undefined) continue
      answers.push(text)
      bytesLeft -= Buffer.byteLength(text) + 1
    }
    return answers.length === 0 ? undefined : `[${answers.join(',')}]`
  }

  /** Answers a call, unless the answers before it have used up what a batch may have; a notification has no answer. */
  async function answerWithin(bytesLeft: number, request: unknown, context: CallerContext, due: Due) {
    if (isNotification(request)) return answer(request, context, due)
    const tooLarge = new AppError('tooLarge', 'The answers of the batch are too large together.')
    if (bytesLeft < minBytesLeft) return refuse(tooLarge, request, context, due)
    const text = (await answer(request, context, due)) as string
    return returnsPage(request) && Buffer.byteLength(text) > bytesLeft ? refusalText(tooLarge, request) : text
  }

  return { refuse, answer, answerBatch }
}

/** Makes what brings a request to its method, and counts what comes of it. */
function createRun(options: AnswersOptions) {
  const { callCountOf } = options
  return async (
    method: Method | undefined,
    { method: name, params }: Request,
    context: CallerContext,
    due: Due,
    told?: Refused
  ) => {
    const count = callCountOf(name)
    count.calls++
    try {
      // Not awaited in vain: what may overlap has to ask the store at once.
      if (due !== undefined) await comesDue(due, context)
      if (method?.returnsPage) await comesDue(context.callLimits?.waitForBytes(method), context)
      return { result: await call(method, params, context, options) }
    } catch (thrown) {
      count.errors++
      const error = AppError.from(thrown)
      tell(error, context, options)
      if (told && error.kind === 'tooManyRequests') told.refusal = error
      return { error: error.toRpc() }
    }
  }
}

function tell(error: AppError, { user }: CallerContext, { onInternalError, onRefusal }: AnswersOptions): void {
  if (error.kind === 'internal') onInternalError(error)
  else onRefusal(error, user?._id)
}

function call(
  method: Method | undefined,
  params: unknown,
  context: CallerContext,
  { hasEnded }: AnswersOptions
): Promise<unknown> {
  if (!method) throw new AppError('methodNotFound')
  if (!context.session || hasEnded(context.session)) throw new AppError('unauthenticated')
  if (context.departure?.wasCutOff) throw new AppError('unavailable', 'The connection is closed.')
  return method.call(params, context as Context)
}
