import type { Collections, SettingDocument } from './collections.js'
import { insertNew } from './duplicates.js'

/**
 * Numbers every change that `listUpdates` tells of. The numbers of a change are taken when the journal has it, so that
 * whoever has read a number, and then looks at the journals and behind them, sees every change up to that number.
 */
export interface Versions {
  /** Takes so many numbers. @returns the one before the first */
  take(count: number): Promise<number>
  newest(): Promise<number>
}

const _id = 'version'

export async function hasVersions({ settings }: Pick<Collections, 'settings'>): Promise<boolean> {
  return (await settings.findOne({ _id })) !== null
}

export async function setNewestVersion({ settings }: Pick<Collections, 'settings'>, value: number): Promise<void> {
  await settings.replaceOne({ _id }, { value }, { upsert: true })
}

export async function openVersions({ settings }: Pick<Collections, 'settings'>): Promise<Versions> {
  await insertNew(settings, [{ _id, value: 0 }])
  const read = (counter: SettingDocument | null) => counter?.value as number
  return {
    async take(count) {
      const counter = await settings.findOneAndUpdate(
        { _id },
        { $inc: { value: count as never } },
        { returnDocument: 'after' }
      )
      return read(counter) - count
    },
    newest: async () => read(await settings.findOne({ _id }))
  }
}
