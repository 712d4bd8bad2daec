import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { AppError } from '../errors.js'
import type { CallLimits, Delay, Limited } from '../limits/callLimits.js'
import { signalOf } from './departure.js'
import type { Context } from './method.js'

/** The delay of a call, if any, or the refusal. */
export type Due = Delay | AppError | undefined

/** Takes what a call needs from its rate limits, if any. @param method undefined for a request that names no method */
export function charge(callLimits: CallLimits | undefined, method: Limited | undefined): Due {
  try {
    return callLimits?.take(method)
  } catch (refusal) {
    return AppError.from(refusal)
  }
}

/** Resolves when a call may run. @throws {AppError} the refusal that it is, and `unavailable` when its caller has gone */
export async function comesDue(due: Due, { departure }: Pick<Context, 'departure'>): Promise<void> {
  if (due === undefined) return
  if (due instanceof AppError) throw due
  const { at, interrupt } = due
  const signal = departure && signalOf(departure)
  const wait = setTimeout(Math.max(0, at - performance.now()), undefined, { signal }).catch(() => {
    throw new AppError('unavailable', 'The caller has gone.')
  })
  await (interrupt ? Promise.race([wait, interrupted(interrupt)]) : wait)
}

async function interrupted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
  if (signal.reason instanceof AppError) throw signal.reason
}
