import type { Device } from '../device.js'
import { memoryOf } from '../memory.js'
import type { MessengerProcess } from '../messengerProcess.js'

export const mebibyte = 1024 * 1024

/** Measures the growth of a process's memory and the longest wait of another user for an answer. */
export function observe(messenger: MessengerProcess, bystander: Device) {
  const before = memoryOf(messenger.child)
  let isOver = false
  const worst = { growthBytes: 0, answerMs: 0 }
  const watching = (async () => {
    while (!isOver) {
      const begin = performance.now()
      await bystander.call('getSelfInfo')
      worst.answerMs = Math.max(worst.answerMs, performance.now() - begin)
      worst.growthBytes = Math.max(worst.growthBytes, memoryOf(messenger.child) - before)
    }
  })()
  return {
    async end() {
      isOver = true
      await watching
      return worst
    }
  }
}
