import { nextTick } from 'node:process'

/**
 * Runs the answers of writes one after the other. All that follows from a write, such as its notifications, has left before
 * anything that follows from the next one.
 */
export function answerInOrder(answers: (() => void)[], index = 0): void {
  if (index === answers.length) return
  answers[index]?.()
  // A tick comes when no microtask is left. So everything that awaits the promise has run.
  queueMicrotask(() => nextTick(answerInOrder, answers, index + 1))
}
