import { createRecent } from '../../recent.js'
import { createAheadDialogs } from './aheadDialogs.js'
import type { Collections } from './collections.js'
import {
  countBeyond,
  groupByDialog,
  type Head,
  type HeadedDialog,
  isBehind,
  isNext,
  moveOf,
  numberBeyond,
  type OpenDialog,
  stampsOf,
  type Unversioned,
  unversionedFields
} from './dialogHeads.js'
import type { Versions } from './versions.js'

export interface MessageVersions {
  /** Gives messages their versions, and brings their dialogs up to date. */
  complete(messages: Unversioned[]): Promise<void>
}

const maxCachedHeads = 100_000
// Each of them fails only where another process has completed a message of the same dialog.
const maxAttempts = 100

/**
 * The order of changes: each message gets a version after it is stored, and in each dialog the versions grow with the
 * numbers. The dialog's document decides them. One guarded update moves it on from one message to a later one, and names the
 * versions of those in between; only when those that it named before have theirs. So every process that completes a message
 * gives it the same version.
 */
export function createMessageVersions(collections: Collections, versions: Versions): MessageVersions {
  const { conversations, messages } = collections
  const { moveBackBefore } = createAheadDialogs(collections)
  // Up to each of them, everything in its dialog has its version.
  const heads = createRecent<Head>(maxCachedHeads)

  /** Reads the heads of dialogs, but of those that are not there: after a restore of different moments they may be missing. */
  async function readHeads(dialogs: OpenDialog[]) {
    if (dialogs.length === 0) return
    const filter = { _id: { $in: dialogs.map(({ dialog }) => dialog) } }
    const found = conversations.find(filter, { projection: { lastSeq: 1, position: 1, lastVersions: 1 } })
    const byId = new Map(await found.map((document) => [String(document._id), document] as const).toArray())
    for (const one of dialogs) one.head = byId.get(String(one.dialog))
  }

  /** Finds the messages that heads name a version for and that have none: other processes may have left them. */
  async function findNamed(dialogs: HeadedDialog[]): Promise<HeadedDialog[]> {
    if (dialogs.length === 0) return []
    const ranges = dialogs.map(({ dialog, head: { lastSeq, lastVersions } }) => {
      return { conversationId: dialog, seq: { $gt: lastSeq - lastVersions.length, $lte: lastSeq }, version: null }
    })
    const found = await messages.find({ $or: ranges }, { projection: unversionedFields }).toArray()
    const byId = new Map(dialogs.map((one) => [String(one.dialog), one.head]))
    return groupByDialog(found, () => undefined).map((one) => ({ ...one, head: byId.get(String(one.dialog)) as Head }))
  }

  async function stamp(dialogs: HeadedDialog[]) {
    const stamps = dialogs.flatMap(stampsOf)
    if (stamps.length > 0) await messages.bulkWrite(stamps, { ordered: false })
  }

  /** Moves back the dialogs that are ahead of their messages. @returns them */
  async function moveAheadBack(dialogs: HeadedDialog[]): Promise<OpenDialog[]> {
    const moved = await Promise.all(dialogs.map(moveBackBefore))
    const ahead: OpenDialog[] = dialogs.filter((_, index) => moved[index])
    for (const one of ahead) one.head = undefined
    return ahead
  }

  /** Moves dialogs on to their newest messages. Where another process moves one, it is not known which one. */
  async function moveOn(dialogs: HeadedDialog[]) {
    if (dialogs.length === 0) return
    const next = numberBeyond(dialogs, await versions.take(countBeyond(dialogs)))
    const moves = dialogs.map((one, index) => moveOf(one, next[index] as Head))
    const { matchedCount } = await conversations.bulkWrite(moves, { ordered: false })
    const hasMovedAll = matchedCount === dialogs.length
    for (const [index, one] of (dialogs as OpenDialog[]).entries()) {
      one.isComplete = hasMovedAll && isNext(one, one.head as Head)
      one.head = hasMovedAll ? next[index] : undefined
    }
  }

  /** @returns those that are not complete yet */
  async function completeOnce(dialogs: OpenDialog[]): Promise<OpenDialog[]> {
    const unknown = dialogs.filter(({ head }) => !head)
    await readHeads(unknown)
    const headed = dialogs.filter((one): one is HeadedDialog => one.head !== undefined)
    await stamp([...headed, ...(await findNamed(unknown.filter(isBehind)))])
    const behind = headed.filter(isBehind)
    const ahead = await moveAheadBack(headed.filter((one) => !isBehind(one)))
    await moveOn(behind)
    return [...behind, ...ahead]
  }

  return {
    async complete(unversioned) {
      const all = groupByDialog(unversioned, (dialog) => heads.get(String(dialog)))
      for (const { dialog } of all) heads.delete(String(dialog))
      let rest = all
      for (let attempt = 0; rest.length > 0; attempt++) {
        if (attempt === maxAttempts) throw new Error('Other processes do not let this one complete a message.')
        rest = await completeOnce(rest)
      }
      for (const { dialog, head, isComplete } of all) {
        if (head && isComplete) heads.set(String(dialog), { ...head, lastVersions: [] })
      }
    }
  }
}
