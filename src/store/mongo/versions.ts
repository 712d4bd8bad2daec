import type { FindOptions } from 'mongodb'
import type { Collections } from './collections.js'
import type { ReadOptions } from './connect.js'
import { insertNew, repeatAtConflict } from './duplicates.js'

export type Versions = Awaited<ReturnType<typeof openVersions>>

const _id = 'version'
// Versions grow with the ids of messages, except for messages that are stored at the same time.
const maxLateMessages = 1000

export async function hasVersions({ settings }: Pick<Collections, 'settings'>): Promise<boolean> {
  return (await settings.findOne({ _id })) !== null
}

export async function setNewestVersion({ settings }: Pick<Collections, 'settings'>, value: number): Promise<void> {
  await settings.replaceOne({ _id }, { value }, { upsert: true })
}

/**
 * Opens the counter that numbers every change, and raises it to the newest version that is found: a dump may not be of one
 * instant. A version is taken after the change is acknowledged. So a process that reads the newest version first, and then looks
 * for changes, sees every change up to that version.
 *
 * @param isReplicaSet whether the server knows linearizable reads
 */
export async function openVersions(collections: Collections, isReplicaSet = false) {
  const { settings } = collections
  await insertNew(settings, [{ _id, value: 0 }])
  await settings.updateOne({ _id }, { $max: { value: (await findNewest(collections)) as never } })
  const linearizable = isReplicaSet ? { readConcern: { level: 'linearizable' } as const } : {}
  const newest = async (options: ReadOptions & Pick<FindOptions, 'readConcern'> = {}) =>
    (await settings.findOne({ _id }, options))?.value as number
  return {
    /** Takes some versions. @returns the one before the first */
    async take(count: number): Promise<number> {
      const update = { $inc: { value: count as never } }
      const counter = await repeatAtConflict(() =>
        settings.findOneAndUpdate({ _id }, update, { returnDocument: 'after' })
      )
      if (!counter) throw new Error('The counter of versions is missing.')
      return (counter.value as number) - count
    },
    newest,
    /** Returns the newest version for certain: a new primary may not know it for a moment. */
    certain: () => newest(linearizable)
  }
}

async function findNewest({ users, conversations, messages }: Collections): Promise<number> {
  const [user, dialog, latest] = await Promise.all([
    users.findOne({}, { projection: { changed: 1 }, sort: { changed: -1 } }),
    conversations.findOne({}, { projection: { marked: 1 }, sort: { marked: -1 } }),
    messages
      .find({}, { projection: { version: 1, conversationId: 1 } })
      .sort({ _id: -1 })
      .limit(maxLateMessages)
      .toArray()
  ])
  // A dialog's document may name versions before its messages have them.
  const dialogs = { $in: latest.map(({ conversationId }) => conversationId) }
  const found = await conversations.find({ _id: dialogs }, { projection: { position: 1 } }).toArray()
  const positions = found.map(({ position }) => position)
  const versions = [user?.changed, dialog?.marked, ...latest.map(({ version }) => version), ...positions]
  return Math.max(...versions.map((version) => version ?? 0))
}
