import type { AppError } from '../errors.js'
import type { Budget, Delay, Limited } from './budget.js'

/** The search of a connection that waits for its rate: one at most. */
export interface PendingSearch {
  /**
   * Takes what a call needs, and decides about the search that waits: the next search replaces it, and any other call makes it
   * run at once. So a client that searches at each keystroke gets its last answer, and no other call waits behind a search.
   */
  take(method: Limited | undefined, take: Budget['take']): Delay | undefined
}

/** @param cancel gives back what the search took, and returns the error that answers it */
export function createPendingSearch(cancel: () => AppError): PendingSearch {
  let pending: { at: number; controller: AbortController } | undefined

  function settle(isReplaced: boolean): void {
    if (pending && pending.at > performance.now()) pending.controller.abort(isReplaced ? cancel() : undefined)
    pending = undefined
  }

  return {
    take(method, take) {
      const isSearch = method?.limit === 'searches'
      if (pending) settle(isSearch)
      const delay = take(method)
      if (!delay || !isSearch) return delay
      const controller = new AbortController()
      pending = { at: delay.at, controller }
      return { ...delay, interrupt: controller.signal }
    }
  }
}
