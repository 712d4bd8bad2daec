import { type CopyCheckpoint, describeUnfinished } from '../unfinishedCopy.js'
import type { Collections } from './collections.js'

type Settings = Pick<Collections, 'settings'>

const _id = 'unfinishedCopy'

export async function readMark({ settings }: Settings): Promise<CopyCheckpoint | undefined> {
  return (await settings.findOne({ _id }))?.value as CopyCheckpoint | undefined
}

export async function writeMark({ settings }: Settings, mark: CopyCheckpoint): Promise<void> {
  await settings.replaceOne({ _id }, { value: mark }, { upsert: true })
}

export async function removeMark({ settings }: Settings): Promise<void> {
  await settings.deleteOne({ _id })
}

/** @throws {Error} for an unfinished copy */
export async function assertFinished(collections: Settings): Promise<void> {
  const mark = await readMark(collections)
  if (mark) throw new Error(describeUnfinished(mark))
}
