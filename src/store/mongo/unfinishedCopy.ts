import { describeUnfinished, type Mark } from '../../commands/copy/transfer.js'
import type { Collections } from './collections.js'

type Settings = Pick<Collections, 'settings'>

const _id = 'unfinishedCopy'

export async function readMark({ settings }: Settings): Promise<Mark | undefined> {
  return (await settings.findOne({ _id }))?.value as Mark | undefined
}

export async function writeMark({ settings }: Settings, mark: Mark): Promise<void> {
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
