import type { Static, TObject, TSchema, TSchemaOptions } from 'typebox'
import { AppError } from '../errors.js'
import type { Budget, Limited, MethodLimit } from '../limits/budget.js'
import type { Connection, Notifier } from '../notifier/notifier.js'
import type { UserSearch } from '../schemas/config/index.js'
import type { Identity } from '../schemas/user.js'
import { createCheck } from '../schemas/validate.js'
import type { Session, Store } from '../store/store.js'
import type { Departure } from './departure.js'

/** What a method may use. It knows no transport. */
export interface Context {
  readonly user: Identity
  /** The log-in that the call belongs to. */
  readonly session: Session
  readonly db: Store
  readonly notifier: Notifier
  /** On which connection the call came, if on any: the one that is not told what it did itself. */
  readonly connection?: Connection | undefined
  readonly maxPageItems: number
  readonly userSearch: UserSearch
  /** What the calls may use up; nothing where there is no limit. */
  readonly budget?: Budget | undefined
  /** Whether the caller has gone: what is delayed does not run any more. Written by the transport alone. */
  readonly departure?: Departure | undefined
}

/** What of a context is known where the call came in. */
export type Caller = Pick<Context, 'connection' | 'budget' | 'departure'>

/** A context whose user may be nobody: every call is then refused. */
export type CallerContext = Omit<Context, 'user' | 'session'> & {
  readonly user: Context['user'] | undefined
  readonly session: Session | undefined
}

export interface Method extends Limited {
  readonly summary: string
  readonly params: TObject
  readonly result: TSchema
  readonly mayOverlap: boolean
  /**
   * Runs a call with the `params` of its request, positional or by name.
   * @throws {AppError} `invalidParams` when they do not fit the schema, and what the method refuses
   */
  call(params: unknown, context: Context): Promise<unknown>
}

/** By their names. */
export type Methods = Record<string, Method>

interface Definition<Params extends TObject, Result extends TSchema> {
  /** What it does, in Markdown, for those who call it. */
  summary: string
  /** Properties in the order of the positional parameters; one with a `default` may be left out. */
  params: Params
  result: Result
  /**
   * Whether a connection's call may begin before the one before it, of a method of this kind as well, has ended. Its one
   * effect is a write that it asks the store for at once, before it awaits anything: so the store keeps the order.
   */
  mayOverlap?: boolean
  /** What limits its calls, beside the number of all calls. */
  limit?: MethodLimit
  /** Whether a connection's call over the limit is only ever delayed: existing clients take a refusal for the end. */
  isOnlyDelayed?: boolean
  returnsPage?: boolean
  run(params: Static<Params>, context: Context): Promise<Static<Result>>
}

export function method<Params extends TObject, Result extends TSchema>(definition: Definition<Params, Result>): Method {
  const { summary, params: schema, result, limit } = definition
  const { mayOverlap = false, isOnlyDelayed = false, returnsPage = false } = definition
  const names = Object.keys(schema.properties)
  const defaults = Object.entries(schema.properties as Record<string, TSchemaOptions>)
    .filter(([, property]) => property.default !== undefined)
    .map(([name, property]) => [name, property.default] as const)
  const check = createCheck({ ...schema, additionalProperties: false } as TObject)

  return {
    summary,
    params: schema,
    result,
    mayOverlap,
    limit,
    isOnlyDelayed,
    returnsPage,
    async call(given, context) {
      const params: Named = Array.isArray(given) ? toNamed(given, names) : { ...(given as Named | undefined) }
      for (const [name, byDefault] of defaults) if (params[name] === undefined) params[name] = byDefault
      const [problem] = check(params)
      if (problem) throw new AppError('invalidParams', problem.message, { path: problem.path })
      return definition.run(params as Static<Params>, context)
    }
  }
}

type Named = Record<string, unknown>

function toNamed(positional: unknown[], names: string[]): Named {
  if (positional.length > names.length) throw new AppError('invalidParams', `takes at most ${names.length} parameters`)
  return Object.fromEntries(positional.map((value, index) => [names[index], value]))
}
