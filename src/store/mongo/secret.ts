import { createSecret } from '../../secret.js'
import type { Collections, SettingDocument } from './collections.js'
import { insertNew } from './duplicates.js'

const _id = 'tokenSecret'

/** The secret that all processes on one database share: the first one of them makes it. */
export async function loadSecret({ settings }: Pick<Collections, 'settings'>): Promise<string> {
  await insertNew(settings, [{ _id, value: createSecret() }])
  return ((await settings.findOne({ _id })) as SettingDocument).value as string
}
