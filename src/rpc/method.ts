import type { Static, TObject, TSchema, TSchemaOptions } from 'typebox'
import { AppError } from '../errors.js'
import type { CallLimits, Limited, MethodLimit } from '../limits/callLimits.js'
import type { Connection, Notifier } from '../notifier/notifier.js'
import type { UserSearch } from '../schemas/config/index.js'
import type { Identity } from '../schemas/user.js'
import { createCheck } from '../schemas/validate.js'
import type { Session } from '../store/records.js'
import type { Store } from '../store/store.js'

/** Tells that a caller has gone. */
export interface Gone {
  /** Whether its connection was cut off: no call begins any more. After an orderly close the calls sent before still run. */
  isCutOff: boolean
  /** Aborted when the caller has gone. Its signal takes 0.8 KB and is made when it is first read. */
  readonly controller: AbortController
}

export function createGone(): Gone {
  return { isCutOff: false, controller: new AbortController() }
}

export function cutOff(gone: Gone): void {
  gone.isCutOff = true
  gone.controller.abort()
}

/** The dependencies of a method. */
export interface Context {
  readonly user: Identity
  readonly session: Session
  readonly db: Store
  readonly notifier: Notifier
  /** The connection of the call, if any, which is not notified of the call's own effects. */
  readonly connection?: Connection | undefined
  readonly maxPageItems: number
  readonly userSearch: UserSearch
  /** The rate limits; undefined: none. */
  readonly callLimits?: CallLimits | undefined
  readonly gone?: Gone | undefined
}

/** The part of a context that the transport knows. */
export type Caller = Pick<Context, 'connection' | 'callLimits' | 'gone'>

/** A context whose caller may be unauthenticated. */
export type CallerContext = Omit<Context, 'user' | 'session'> & {
  readonly user: Identity | undefined
  readonly session: Session | undefined
}

interface Definition<Params extends TObject, Result extends TSchema> {
  /** The description for callers, in Markdown. */
  summary: string
  /** Properties in the order of the positional parameters; one with a `default` may be left out. */
  params: Params
  result: Result
  /**
   * Whether the call may begin while earlier calls of such methods on its connection have not ended. The only effect of such a method
   * is a write, which it asks the store for before it awaits anything. So the store keeps the order.
   */
  mayOverlap?: boolean
  /** The rate limit beside that of all calls. */
  limit?: MethodLimit
  /** Whether a rate limit only delays the call on a connection: existing clients take a refusal for the end of the list. */
  isOnlyDelayed?: boolean
  returnsPage?: boolean
  run(params: Static<Params>, context: Context): Promise<Static<Result>>
}

export interface Method extends Omit<Definition<TObject, TSchema>, 'run' | keyof Limited>, Limited {
  /**
   * Validates the `params` of a request, positional or by name, and runs the method.
   * @throws {AppError} `invalidParams` when they do not match the schema, and refusals of the method
   */
  call(params: unknown, context: Context): Promise<unknown>
}

/** Methods by name. */
export type Methods = Record<string, Method>

export function method<Params extends TObject, Result extends TSchema>(definition: Definition<Params, Result>): Method {
  const { params: schema, run, ...rest } = definition
  const names = Object.keys(schema.properties)
  const defaults = Object.entries(schema.properties as Record<string, TSchemaOptions>)
    .filter(([, property]) => property.default !== undefined)
    .map(([name, property]) => [name, property.default] as const)
  const check = createCheck({ ...schema, additionalProperties: false } as TObject)

  return {
    isOnlyDelayed: false,
    returnsPage: false,
    params: schema,
    ...rest,
    async call(given, context) {
      const params: Named = Array.isArray(given) ? toNamed(given, names) : { ...(given as Named | undefined) }
      for (const [name, byDefault] of defaults) if (params[name] === undefined) params[name] = byDefault
      const [problem] = check(params)
      if (problem) throw new AppError('invalidParams', problem.message, { path: problem.path })
      return run(params as Static<Params>, context)
    }
  }
}

type Named = Record<string, unknown>

function toNamed(positional: unknown[], names: string[]): Named {
  if (positional.length > names.length) throw new AppError('invalidParams', `takes at most ${names.length} parameters`)
  return Object.fromEntries(positional.map((value, index) => [names[index], value]))
}
