import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { AppError } from '../errors.js'
import type { Budget, Delay, Limited } from '../limits/budget.js'
import { signalOf } from './departure.js'
import type { Context } from './method.js'

/** The delay of a call, if any, or the refusal. */
export type Due = Delay | AppError | undefined

/** Takes from a budget, where there is one, what a call needs. @param method none for what is no call */
export function charge(budget: Budget | undefined, method: Limited | undefined): Due {
  try {
    return budget?.take(method)
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
