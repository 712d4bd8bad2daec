import type { UserStore } from '../../store.js'
import { createWriteQueue } from '../../writeQueue.js'
import type { Collections } from '../collections.js'
import { toId } from '../ids.js'

interface Sighting {
  _id: string
  lastSeen: number
}

const maxLeisureMs = 1000

interface LastSeen extends Pick<UserStore, 'setLastSeen' | 'noteLastSeen'> {
  close(): Promise<void>
}

/** When users were seen: of no other write's concern, so that no message waits for it. */
export function createLastSeen({ users }: Pick<Collections, 'users'>, maxWaitMs: number): LastSeen {
  const queue = createWriteQueue<Sighting, void>({ maxWaitMs, writeTogether })
  const noted: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined

  async function writeTogether(sightings: Sighting[]) {
    await users.bulkWrite(
      sightings.map(({ _id, lastSeen }) => {
        return { updateOne: { filter: { _id: toId(_id) }, update: { $set: { lastSeen } } } }
      })
    )
    return sightings.map(() => undefined)
  }

  function flush() {
    clearTimeout(timer)
    timer = undefined
    for (const enter of noted.splice(0)) enter()
  }

  return {
    setLastSeen(_id, lastSeen) {
      flush()
      return queue.enter({ _id, lastSeen })
    },
    noteLastSeen(_id, lastSeen) {
      timer ??= setTimeout(flush, maxLeisureMs)
      return new Promise((resolve) => noted.push(() => resolve(queue.enter({ _id, lastSeen }))))
    },
    close() {
      flush()
      return queue.close()
    }
  }
}
