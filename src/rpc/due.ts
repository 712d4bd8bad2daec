import { setTimeout } from 'node:timers/promises'
import { AppError } from '../errors.js'
import type { Budget, Limited } from '../limits/budget.js'
import { signalOf } from './departure.js'
import type { Context } from './method.js'

/** When a call may run, on the clock of `performance.now()`, 0 being at once; or why it may not. */
export type Due = number | AppError

/** Takes from a budget, where there is one, what a call needs. @param method none for what is no call */
export function charge(budget: Budget | undefined, method: Limited | undefined): Due {
  if (!budget) return 0
  try {
    const waitMs = budget.take(method)
    return waitMs === 0 ? 0 : performance.now() + waitMs
  } catch (refusal) {
    return AppError.from(refusal)
  }
}

/** Resolves when a call may run. @throws {AppError} the refusal that it is, and `unavailable` when its caller has gone */
export async function comesDue(due: Due, { departure }: Pick<Context, 'departure'>): Promise<void> {
  if (due instanceof AppError) throw due
  const signal = departure && signalOf(departure)
  try {
    await setTimeout(Math.max(0, due - performance.now()), undefined, { signal })
  } catch {
    throw new AppError('unavailable', 'The caller has gone.')
  }
}
