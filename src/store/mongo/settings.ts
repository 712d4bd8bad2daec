import { describeUnfinished, type Mark } from '../../commands/copy/transfer.js'
import { createSecret } from '../secret.js'
import type { Collections } from './collections.js'
import { insertNew } from './duplicates.js'

type Settings = Pick<Collections, 'settings'>

const secretKey = 'tokenSecret'
const markKey = 'unfinishedCopy'

/** Returns the secret that all processes on one database share. The first process makes it. */
export async function loadSecret(collections: Settings): Promise<string> {
  await keepSecret(collections, createSecret())
  return (await readSecret(collections)) as string
}

export async function readSecret({ settings }: Settings): Promise<string | undefined> {
  return (await settings.findOne({ _id: secretKey }))?.value as string | undefined
}

/** Stores a secret, unless there is one. */
export async function keepSecret({ settings }: Settings, secret: string): Promise<void> {
  await insertNew(settings, [{ _id: secretKey, value: secret }])
}

export async function readMark({ settings }: Settings): Promise<Mark | undefined> {
  return (await settings.findOne({ _id: markKey }))?.value as Mark | undefined
}

export async function writeMark({ settings }: Settings, mark: Mark): Promise<void> {
  await settings.replaceOne({ _id: markKey }, { value: mark }, { upsert: true })
}

export async function removeMark({ settings }: Settings): Promise<void> {
  await settings.deleteOne({ _id: markKey })
}

/** @throws {Error} for an unfinished copy */
export async function assertFinished(collections: Settings): Promise<void> {
  const mark = await readMark(collections)
  if (mark) throw new Error(describeUnfinished(mark))
}
