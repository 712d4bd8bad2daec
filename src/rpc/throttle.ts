import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { AppError } from '../errors.js'
import type { CallLimits, Delay, Limited } from '../limits/callLimits.js'
import type { Context } from './method.js'

const callerHasGone = new AppError('unavailable', 'The caller has gone.')

/** The delay of a call by its rate limits, or their refusal; undefined: the call may run at once. */
export type Throttle = Delay | AppError | undefined

/** Counts a call towards the rate limits. @param method undefined for a request that is not a call */
export function throttle(callLimits: CallLimits | undefined, method: Limited | undefined): Throttle {
  try {
    return callLimits?.take(method)
  } catch (refusal) {
    return AppError.from(refusal)
  }
}

/** Resolves when a call may run. @throws {AppError} the refusal, or `unavailable` when the caller has gone */
export async function untilAllowed(throttled: Throttle, { gone }: Pick<Context, 'gone'>): Promise<void> {
  if (throttled === undefined) return
  if (throttled instanceof AppError) throw throttled
  const { at, interrupt } = throttled
  const signal = gone?.controller.signal
  const wait = setTimeout(Math.max(0, at - performance.now()), undefined, { signal }).catch(() => {
    throw callerHasGone
  })
  await (interrupt ? Promise.race([wait, interrupted(interrupt)]) : wait)
}

async function interrupted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
  if (signal.reason instanceof AppError) throw signal.reason
}
