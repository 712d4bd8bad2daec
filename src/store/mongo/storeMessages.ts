import type { ObjectId } from 'mongodb'
import { type Application, messagesOf } from './application.js'
import type { Collections, MessageDocument } from './collections.js'
import { insertNew } from './duplicates.js'
import type { Versions } from './versions.js'

/** A message whose version is lower than that of one before it in its dialog, or behind such a one. */
interface Late {
  _id: ObjectId
  versions: number[]
  index: number
}

/**
 * Moves the messages of journals to their collection. Where another process has stored one before, the version becomes that
 * one's; and where that brings the versions of a dialog out of order, the messages behind it take later ones.
 */
export async function storeMessages(
  { messages }: Collections,
  applications: Application[],
  { take }: Versions
): Promise<void> {
  const documents = applications.flatMap(messagesOf)
  const there = (await insertNew(messages, documents)).map((index) => (documents[index] as MessageDocument)._id)
  if (there.length === 0) return
  const stored = new Map<string, number>()
  for await (const { _id, version } of messages.find({ _id: { $in: there } }, { projection: { version: 1 } })) {
    stored.set(String(_id), version)
  }
  const late = applications.flatMap((application) => adoptVersions(application, stored))
  if (late.length === 0) return
  let version = await take(late.length)
  for (const { versions, index } of late) versions[index] = ++version
  await messages.bulkWrite(
    late.map(({ _id, versions, index }) => {
      return { updateOne: { filter: { _id }, update: { $max: { version: versions[index] as number } } } }
    })
  )
}

/** Takes over the versions that are stored. @returns what is late then */
function adoptVersions({ dialog, effects, versions }: Application, stored: Map<string, number>): Late[] {
  const late: Late[] = []
  let latest = dialog.position
  for (const [index, effect] of effects.entries()) {
    if (!('seq' in effect)) continue
    const { _id } = effect.entry
    const version = stored.get(String(_id)) ?? (versions[index] as number)
    versions[index] = version
    if (version < latest) late.push({ _id, versions, index })
    latest = version < latest ? Number.POSITIVE_INFINITY : version
  }
  return late
}
