import { AppError } from '../errors.js'
import type { CallCount } from '../metrics/meters.js'
import { comesDue, type Due } from './due.js'
import type { CallerContext, Context, Method } from './method.js'
import { idOf, isNotification, isRequest, type Request } from './request.js'

export type Table = Map<string, Method>

export interface AnswersOptions {
  /** When the answers of a batch are so long together, the calls after them are refused. */
  maxAnswerBytes: number
  /** Write `"jsonrpc":2` in answers, as the first generation did. */
  legacyWire: boolean
  /** Told of what is nobody's mistake but ours. */
  onInternalError(error: AppError): void
  /** Told of what the caller has done wrong. */
  onRefusal(error: AppError, userId: string | undefined): void
  /** Where the calls of what a client has named as its method are counted, and without a name what is no call. */
  callCountOf(method?: string): CallCount
}

/** Runs requests that are due and answers them. */
export function createAnswers(table: Table, options: AnswersOptions) {
  const { maxAnswerBytes, legacyWire, onRefusal, callCountOf } = options
  const run = createRun(table, options)
  const jsonrpc = legacyWire ? 2 : '2.0'

  /** Answers what is not run, whatever it is. */
  async function refuse(error: AppError, refused: unknown, context: CallerContext, due: Due): Promise<string> {
    const count = callCountOf(isRequest(refused) ? refused.method : undefined)
    count.calls++
    count.errors++
    if (due !== 0) await comesDue(due, context).catch(() => {})
    onRefusal(error, context.user?._id)
    return JSON.stringify({ jsonrpc, error: error.toRpc(), id: idOf(refused) })
  }

  async function answer(request: unknown, context: CallerContext, due: Due): Promise<string | undefined> {
    if (!isRequest(request)) return refuse(new AppError('invalidRequest'), request, context, due)
    const outcome = await run(request, context, due)
    return request.id === undefined ? undefined : JSON.stringify({ jsonrpc, ...outcome, id: request.id })
  }

  /** Answers a call, unless the answers before it have used up what a batch may have; a notification has none. */
  async function answerWithin(bytesLeft: number, request: unknown, context: CallerContext, due: Due) {
    if (bytesLeft <= 0 && !isNotification(request)) return refuse(new AppError('tooLarge'), request, context, due)
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

/** Makes what brings a request to its method, and counts what comes of it. */
function createRun(table: Table, { onInternalError, onRefusal, callCountOf }: AnswersOptions) {
  return async ({ method, params }: Request, context: CallerContext, due: Due) => {
    const count = callCountOf(method)
    count.calls++
    try {
      // Not awaited in vain: what may overlap has to ask the store at once.
      if (due !== 0) await comesDue(due, context)
      return { result: await call(table.get(method), params, context) }
    } catch (thrown) {
      count.errors++
      const error = AppError.from(thrown)
      if (error.kind === 'internal') onInternalError(error)
      else onRefusal(error, context.user?._id)
      return { error: error.toRpc() }
    }
  }
}

function call(method: Method | undefined, params: unknown, context: CallerContext): Promise<unknown> {
  if (!method) throw new AppError('methodNotFound')
  if (!context.user) throw new AppError('unauthenticated')
  return method.call(params, context as Context)
}
