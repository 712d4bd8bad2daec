import { AppError, type ErrorKind, withoutStacks } from '../errors.js'
import { type AnswersOptions, createAnswers, type Table } from './answers.js'
import { charge, comesDue } from './due.js'
import type { CallerContext, Methods } from './method.js'
import { pollutesPrototype } from './prototypePollution.js'
import { isRequest } from './request.js'

/**
 * Reads a JSON-RPC 2.0 text, and takes what its calls need from the rate limits. Nothing of what it asks for has happened before it is
 * run.
 */
export type Dispatch = (text: string, context: CallerContext) => Call

export interface Call {
  /** Whether it is one request, due at once, of a method that may overlap with others before it. */
  readonly mayOverlap: boolean
  /** Whether the answer may be long, because there is a page in it. */
  readonly isLong: boolean
  /** Resolves when it is due, where it is one request; it may still be refused. */
  isDue(): Promise<void>
  /** Answers the text, nothing when it holds only notifications. */
  run(): Promise<string | undefined>
  /** The reason why it was refused, where it was one request that came too soon after others. */
  refusal?: AppError
}

export interface DispatchOptions extends AnswersOptions {
  methods: Methods
  maxBatchCalls: number
}

const atOnce = async () => {}

const poisoned = 'A key is named __proto__, or constructor with a prototype in it.'

/** JSON-RPC 2.0 (https://www.jsonrpc.org/specification): text in, validated calls in order, text out. */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { methods, maxBatchCalls } = options
  const table: Table = new Map(Object.entries(methods))
  const methodOf = (request: unknown) => (isRequest(request) ? table.get(request.method) : undefined)
  const returnsPage = (request: unknown) => methodOf(request)?.returnsPage === true
  const { refuse, answer, answerBatch } = createAnswers(table, options)

  function single(request: unknown, context: CallerContext): Call {
    const method = methodOf(request)
    const due = charge(context.callLimits, method)
    const call: Call = {
      mayOverlap: due === undefined && method?.mayOverlap === true,
      isLong: method?.returnsPage === true,
      isDue: due === undefined ? atOnce : () => comesDue(due, context).catch(() => {}),
      run: () => answer(request, context, due, call)
    }
    return call
  }

  return (text, context) => {
    // What is no call counts as one, and waits as one.
    const refused = (kind: ErrorKind, sentence?: string, request?: unknown): Call => {
      const due = charge(context.callLimits, undefined)
      const run = () => refuse(new AppError(kind, sentence), request, context, due)
      return { mayOverlap: false, isLong: false, isDue: atOnce, run }
    }
    const message = parse(text)
    if (message === undefined) return refused('parseError')
    if (pollutesPrototype(text, message)) return refused('invalidRequest', poisoned, message)
    if (!Array.isArray(message)) return single(message, context)
    if (message.length === 0) return refused('invalidRequest')
    if (message.length > maxBatchCalls) return refused('invalidRequest', `A batch has ${maxBatchCalls} calls at most.`)
    const dues = message.map((request) => charge(context.callLimits, methodOf(request)))
    const run = () => answerBatch(message, context, dues)
    return { mayOverlap: false, isLong: message.some(returnsPage), isDue: atOnce, run }
  }
}

/** The value of a JSON text, undefined when it is none. */
function parse(text: string): unknown {
  return withoutStacks(() => {
    try {
      return JSON.parse(text)
    } catch {
      return undefined
    }
  })
}
