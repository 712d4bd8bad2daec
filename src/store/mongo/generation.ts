import type { Collections } from './collections.js'

const _id = 'adoption'

/** Whether documents of the first generation are there, or their adoption has begun and not ended. */
export async function isFirstGeneration({ users, conversations, settings }: Collections): Promise<boolean> {
  // Each by an index, that of a missing field as well, so that it costs a start nothing.
  const found = await Promise.all([
    settings.findOne({ _id }),
    users.findOne({ tagKey: null as never }, { projection: { _id: 1 } }),
    conversations.findOne({ users: null as never }, { projection: { _id: 1 } })
  ])
  return found.some(Boolean)
}

/** @throws {Error} for a database that has still to be adopted */
export async function assertAdopted(collections: Collections): Promise<void> {
  if (!(await isFirstGeneration(collections))) return
  throw new Error('This is a database of the first generation: run `messenger-server adopt URL` first.')
}

export async function beginAdoption({ settings }: Pick<Collections, 'settings'>): Promise<void> {
  await settings.updateOne({ _id }, { $set: { value: 'begun' } }, { upsert: true })
}

export async function endAdoption({ settings }: Pick<Collections, 'settings'>): Promise<void> {
  await settings.deleteOne({ _id })
}
