import { createRecent } from '../../recent.js'
import type { Collections } from './collections.js'
import {
  countBeyond,
  groupByDialog,
  type Head,
  type HeadedDialog,
  lastOf,
  moveOf,
  numberBeyond,
  type OpenDialog,
  stampOf,
  stampsOf,
  type Unversioned
} from './dialogHeads.js'
import type { Versions } from './versions.js'

export interface MessageVersions {
  /** Gives messages and those before them in their dialogs versions, and brings the dialogs up to date. */
  complete(messages: Unversioned[]): Promise<void>
}

const maxCachedHeads = 100_000
// Each of them fails only where another process has completed a message of the same dialog.
const maxAttempts = 100

/**
 * The order of changes: each message gets a version after it is stored, and in each dialog the versions grow with the
 * numbers. The dialog's document decides them. One guarded update moves it on from one message to a later one, and names the
 * versions of those in between; only when those up to the former message have theirs. So every process that completes a
 * message gives it the same version.
 */
export function createMessageVersions({ conversations, messages }: Collections, versions: Versions): MessageVersions {
  /** Those up to which all messages have their versions. */
  const heads = createRecent<Head>(maxCachedHeads)

  /** @returns those whose dialog is there */
  async function withHeads(open: OpenDialog[]): Promise<HeadedDialog[]> {
    const unknown = open.filter(({ head }) => !head)
    if (unknown.length > 0) {
      const filter = { _id: { $in: unknown.map(({ dialog }) => dialog) } }
      const found = conversations.find(filter, { projection: { lastSeq: 1, position: 1, lastVersions: 1 } })
      const byId = new Map(await found.map((document) => [String(document._id), document] as const).toArray())
      for (const one of unknown) one.head = byId.get(String(one.dialog))
    }
    return open.filter((one): one is HeadedDialog => one.head !== undefined)
  }

  async function stamp(dialogs: HeadedDialog[]) {
    const stamps = dialogs.flatMap(stampsOf)
    if (stamps.length > 0) await messages.bulkWrite(stamps, { ordered: false })
  }

  /** Moves dialogs on to their newest messages. Where another process moves one, it is not known which one. */
  async function moveOn(dialogs: HeadedDialog[]) {
    const next = numberBeyond(dialogs, await versions.take(countBeyond(dialogs)))
    const moves = dialogs.map((one, index) => moveOf(one, next[index] as Head))
    const { matchedCount } = await conversations.bulkWrite(moves, { ordered: false })
    const hasMovedAll = matchedCount === dialogs.length
    for (const [index, one] of (dialogs as OpenDialog[]).entries()) one.head = hasMovedAll ? next[index] : undefined
  }

  /** After a restore of different moments the dialog of a message may be missing. */
  async function stampLost(dialogs: OpenDialog[]) {
    const lost = dialogs.filter(({ head }) => !head).flatMap(({ messages }) => messages)
    if (lost.length === 0) return
    const last = await versions.take(lost.length)
    await messages.bulkWrite(lost.map(({ _id, revision }, index) => stampOf({ _id, revision }, last + 1 + index)))
  }

  async function completeAll(all: OpenDialog[]) {
    let open = all
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const headed = await withHeads(open)
      await stamp(headed)
      const behind = headed.filter((one) => lastOf(one).seq > one.head.lastSeq)
      if (behind.length === 0) return
      await moveOn(behind)
      open = behind
    }
    throw new Error('Other processes do not let this one complete a message.')
  }

  return {
    async complete(unversioned) {
      const open = groupByDialog(unversioned, (dialog) => heads.get(String(dialog)))
      for (const { dialog } of open) heads.delete(String(dialog))
      await completeAll(open)
      await stampLost(open)
      for (const { dialog, head } of open) if (head) heads.set(String(dialog), { ...head, lastVersions: [] })
    }
  }
}
