import type { ObjectId } from 'mongodb'
import type { ChangedUser } from '../updates/changedUsers.js'
import type { Unversioned } from './dialogProgress.js'
import type { Changes, MovedMark, UnversionedChanges } from './unversionedChanges.js'

// Beyond, new messages wait: what follows from a message costs more than the message.
const maxWaitingMessages = 5000

/** Gives the changes of this process their versions, later and many at a time. What fails is left to those who read. */
export interface FollowUps {
  messages(stored: Unversioned[]): void
  mark(moved: MovedMark): void
  user(changed: Pick<ChangedUser, '_id' | 'revision'>): void
  /** Whether a message waits for its version, or has got it so recently that a read may not have seen it. */
  has(_id: ObjectId): boolean
  /** Resolves when there is room for more messages. */
  untilRoom(): Promise<void>
  /** Resolves when nothing is left of what is there now. */
  finish(): Promise<void>
}

/** @param onFailure told where it fails for the first time after it has not */
export function createFollowUps(unversioned: UnversionedChanges, onFailure: (error: Error) => void): FollowUps {
  const waiting = { messages: new Map<string, Unversioned>(), marks: [] as MovedMark[], users: [] as Changes['users'] }
  let worked = new Map<string, Unversioned>()
  let former = worked
  let running: Promise<void> = Promise.resolve()
  let isPlanned = false
  let hasFailed = false

  function start() {
    if (!isPlanned) running = running.then(runNext)
    isPlanned = true
  }

  async function runNext() {
    isPlanned = false
    former = worked
    worked = waiting.messages
    waiting.messages = new Map()
    const changes = { messages: [...worked.values()], marks: waiting.marks.splice(0), users: waiting.users.splice(0) }
    try {
      await unversioned.complete(changes)
      hasFailed = false
    } catch (error) {
      if (!hasFailed) onFailure(error as Error)
      hasFailed = true
    }
  }

  return {
    messages(stored) {
      if (stored.length === 0) return
      for (const message of stored) waiting.messages.set(String(message._id), message)
      start()
    },
    mark(moved) {
      waiting.marks.push(moved)
      start()
    },
    user(changed) {
      waiting.users.push(changed)
      start()
    },
    has: (_id) => [waiting.messages, worked, former].some((messages) => messages.has(String(_id))),
    async untilRoom() {
      if (waiting.messages.size > maxWaitingMessages) await running
    },
    finish: () => running
  }
}
