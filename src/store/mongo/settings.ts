import { createSecret } from '../secret.js'
import { type CopyCheckpoint, describeUnfinished } from '../unfinishedCopy.js'
import type { Collections } from './collections.js'
import { insertNew } from './duplicates.js'

type Settings = Pick<Collections, 'settings'>

const secretKey = 'tokenSecret'
const checkpointKey = 'unfinishedCopy'

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

export async function readCheckpoint({ settings }: Settings): Promise<CopyCheckpoint | undefined> {
  return (await settings.findOne({ _id: checkpointKey }))?.value as CopyCheckpoint | undefined
}

export async function writeCheckpoint({ settings }: Settings, checkpoint: CopyCheckpoint): Promise<void> {
  await settings.replaceOne({ _id: checkpointKey }, { value: checkpoint }, { upsert: true })
}

export async function removeCheckpoint({ settings }: Settings): Promise<void> {
  await settings.deleteOne({ _id: checkpointKey })
}

/** @throws {Error} for an unfinished copy */
export async function assertFinished(collections: Settings): Promise<void> {
  const checkpoint = await readCheckpoint(collections)
  if (checkpoint) throw new Error(describeUnfinished(checkpoint))
}
