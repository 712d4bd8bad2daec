import { createLruCache } from '../../../lruCache.js'
import type { Collections } from '../collections.js'
import type { Versions } from '../versions.js'
import {
  countOpen,
  groupByDialog,
  lastOf,
  moveOf,
  numberOpen,
  type OpenDialog,
  type Progress,
  type StartedDialog,
  stampAfter,
  stampsOf,
  type Unversioned
} from './dialogProgress.js'

const maxCachedDialogs = 100_000
// An attempt fails only where another process has completed a message of the same dialog.
const maxAttempts = 100

/**
 * Gives messages, and those before them in their dialogs, versions after they are stored, and brings the dialogs up to date. In
 * each dialog the versions grow with the numbers. The dialog's document decides them: one guarded update moves it on from one
 * message to a later one, and names the versions of those in between. It does so only when the messages up to the former one
 * have their versions. So every process that completes a message gives it the same version.
 */
export function createMessageVersions({ conversations, messages }: Collections, versions: Versions) {
  /** The progress of dialogs in which all messages up to `lastSeq` have their versions. */
  const known = createLruCache<Progress>(maxCachedDialogs)

  /** @returns the dialogs whose document is there */
  async function withProgress(open: OpenDialog[]): Promise<StartedDialog[]> {
    const unknown = open.filter(({ progress }) => !progress)
    const found = await findProgress(conversations, unknown)
    for (const one of unknown) one.progress = found.get(String(one.dialog))
    return open.filter(isStarted)
  }

  async function stamp(dialogs: StartedDialog[]) {
    const stamps = dialogs.flatMap(stampsOf)
    if (stamps.length > 0) await messages.bulkWrite(stamps, { ordered: false })
  }

  /** Moves dialogs on to their newest messages. A lower `matchedCount` does not tell which one another process has moved. */
  async function moveOn(dialogs: StartedDialog[]) {
    const next = numberOpen(dialogs, await versions.take(countOpen(dialogs)))
    const moves = dialogs.map((one, index) => moveOf(one, next[index] as Progress))
    const { matchedCount } = await conversations.bulkWrite(moves, { ordered: false })
    const moved = matchedCount === dialogs.length ? next : []
    for (const [index, one] of (dialogs as OpenDialog[]).entries()) one.progress = moved[index]
  }

  /** Gives versions to messages whose dialog is missing, as after a restore of different moments. */
  async function completeLost(dialogs: OpenDialog[]) {
    const lost = dialogs.filter((one) => !isStarted(one))
    if (lost.length === 0) return
    const last = await versions.take(lost.reduce((sum, { messages }) => sum + messages.length, 0))
    // A new primary shows an older dialog at the latest after it has acknowledged a write.
    await completeAll(await withProgress(lost))
    const left = lost.filter((one) => !isStarted(one)).flatMap(({ messages }) => messages)
    if (left.length > 0) await messages.bulkWrite(left.map(stampAfter(last)))
  }

  async function completeAll(all: OpenDialog[]) {
    let open = all
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const started = await withProgress(open)
      await stamp(started)
      const behind = started.filter((one) => lastOf(one).seq > one.progress.lastSeq)
      if (behind.length === 0) return
      await moveOn(behind)
      open = behind
    }
    throw new Error('Other processes do not let this one complete a message.')
  }

  return async (unversioned: Unversioned[]): Promise<void> => {
    const open = groupByDialog(unversioned, (dialog) => known.get(String(dialog)))
    for (const { dialog } of open) known.delete(String(dialog))
    await completeAll(open)
    await completeLost(open)
    for (const { dialog, progress } of open.filter(isStarted)) {
      known.set(String(dialog), { ...progress, lastVersions: [] })
    }
  }
}

const isStarted = (one: OpenDialog): one is StartedDialog => one.progress !== undefined

async function findProgress(
  conversations: Collections['conversations'],
  open: OpenDialog[]
): Promise<Map<string, Progress>> {
  if (open.length === 0) return new Map()
  const filter = { _id: { $in: open.map(({ dialog }) => dialog) } }
  const found = conversations.find(filter, { projection: { lastSeq: 1, position: 1, lastVersions: 1 } })
  return new Map(await found.map((document) => [String(document._id), document] as const).toArray())
}
