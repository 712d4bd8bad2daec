import type { UserStore } from '../../store.js'
import { createWriteQueue } from '../../writeQueue.js'
import type { Collections } from '../collections.js'
import { toId } from '../ids.js'

const maxNoteDelayMs = 1000

/** Writes when users were last seen, in a queue of its own: no message waits for it. */
export function createLastSeen({ users }: Pick<Collections, 'users'>, maxWaitMs: number) {
  const queue = createWriteQueue<{ _id: string; lastSeen: number }, void>({
    maxWaitMs,
    async writeTogether(writes) {
      await users.bulkWrite(
        writes.map(({ _id, lastSeen }) => ({
          updateOne: { filter: { _id: toId(_id) }, update: { $set: { lastSeen } } }
        }))
      )
      return writes.map(() => undefined)
    }
  })
  const noted: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined

  function flush() {
    clearTimeout(timer)
    timer = undefined
    for (const enter of noted.splice(0)) enter()
  }

  const lastSeen: Pick<UserStore, 'setLastSeen' | 'noteLastSeen'> = {
    setLastSeen(_id, lastSeen) {
      flush()
      return queue.enter({ _id, lastSeen })
    },
    noteLastSeen(_id, lastSeen) {
      timer ??= setTimeout(flush, maxNoteDelayMs)
      return new Promise((resolve) => noted.push(() => resolve(queue.enter({ _id, lastSeen }))))
    }
  }

  return {
    ...lastSeen,
    close() {
      flush()
      return queue.close()
    }
  }
}
