import { createSecret } from '../secret.js'
import type { Collections } from './collections.js'
import { insertNew } from './duplicates.js'

type Settings = Pick<Collections, 'settings'>

const _id = 'tokenSecret'

/** The secret that all processes on one database share: the first one of them makes it. */
export async function loadSecret(collections: Settings): Promise<string> {
  await keepSecret(collections, createSecret())
  return (await readSecret(collections)) as string
}

export async function readSecret({ settings }: Settings): Promise<string | undefined> {
  return (await settings.findOne({ _id }))?.value as string | undefined
}

/** Does nothing where there is one. */
export async function keepSecret({ settings }: Settings, secret: string): Promise<void> {
  await insertNew(settings, [{ _id, value: secret }])
}
