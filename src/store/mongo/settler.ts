import type { ObjectId } from 'mongodb'
import { numberInOrder, prepareApplication, updatesOf } from './application.js'
import { countBehindMarks } from './behind.js'
import type { Collections, ConversationDocument } from './collections.js'
import { storeMessages } from './storeMessages.js'
import type { Versions } from './versions.js'

/**
 * Applies journals: numbers their messages and moves them to their own collection, and brings the dialogs up to date.
 * Any process may do it for any other one, at any time and at the same time, since a journal always has the same effects,
 * and is taken from the dialog in the write that changes the dialog. So whatever a process leaves when it is killed, the
 * next one that reads puts right.
 */
export interface Settler {
  /** Resolves when everything that is now in the journals of some dialogs has been applied. */
  settle(dialogIds: ObjectId[]): Promise<void>
  /** Resolves when what was to be settled is, or has failed to be. */
  finish(): Promise<void>
}

// Each attempt fails only when another process has applied something, so that there is less left to do.
const maxAttempts = 100

export function createSettler(collections: Collections, versions: Versions): Settler {
  const { conversations } = collections
  const wanted = new Map<string, ObjectId>()
  let running: Promise<void> = Promise.resolve()
  let upcoming: Promise<void> | undefined

  const findPending = (ids: ObjectId[]) => conversations.find({ _id: { $in: ids }, isPending: true }).toArray()

  async function settleAll(ids: ObjectId[]) {
    let pending = await findPending(ids)
    const entries = new Set(pending.flatMap(({ journal }) => journal.map(({ _id }) => String(_id))))
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      if (pending.length === 0 || (await apply(pending))) return
      pending = (await findPending(ids)).filter(({ journal }) => journal.some(({ _id }) => entries.has(String(_id))))
    }
    throw new Error('Other processes do not let this one apply a journal.')
  }

  /** @returns whether nothing is left in these journals for sure */
  async function apply(dialogs: ConversationDocument[]): Promise<boolean> {
    const countBehind = await countBehindMarks(collections, dialogs)
    const applications = dialogs.map((dialog) => prepareApplication(dialog, countBehind))
    const count = applications.reduce((sum, { effects }) => sum + effects.length, 0)
    if (count > 0) numberInOrder(applications, await versions.take(count))
    await storeMessages(collections, applications, versions)
    const { matchedCount } = await conversations.bulkWrite(applications.flatMap(updatesOf))
    return matchedCount === applications.length * 2
  }

  async function runNext() {
    const ids = [...wanted.values()]
    wanted.clear()
    upcoming = undefined
    await settleAll(ids)
  }

  return {
    settle(dialogIds) {
      for (const _id of dialogIds) wanted.set(String(_id), _id)
      upcoming ??= running = running.catch(() => {}).then(runNext)
      return upcoming
    },
    finish: () => running.catch(() => {})
  }
}
