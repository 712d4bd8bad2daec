import { randomBytes } from 'node:crypto'
import { refusals } from '../../refusals.js'
import type { Collections } from '../collections.js'

const pattern = /^([0-9a-f]{16})\.(0|[1-9]\d{0,14})$/

export type Cursors = Awaited<ReturnType<typeof openCursors>>

/**
 * Makes and reads the cursors of clients, `EPOCH.VERSION`: a client knows everything up to that version. Each opening begins an
 * epoch. A cursor that names an unknown epoch comes from another database.
 */
export async function openCursors({ epochs }: Pick<Collections, 'epochs'>) {
  const own = randomBytes(8).toString('hex')
  const lastVersions = new Map([[own, Number.POSITIVE_INFINITY]])
  await epochs.insertOne({ _id: own })

  /** Returns the last version of an epoch; less than any version for an unknown epoch. */
  async function lastVersionOf(name: string): Promise<number> {
    const epoch = lastVersions.has(name) ? null : await epochs.findOne({ _id: name })
    if (epoch) lastVersions.set(name, epoch.lastVersion ?? Number.POSITIVE_INFINITY)
    return lastVersions.get(name) ?? Number.NEGATIVE_INFINITY
  }

  return {
    toCursor: (version: number) => `${own}.${version}`,

    /** @throws {AppError} `invalidParams` for a cursor of an unknown epoch, or of one that has ended before */
    async toVersion(cursor: string): Promise<number> {
      const [, name = '', digits] = pattern.exec(cursor) ?? []
      const version = Number(digits)
      if (name && version <= (await lastVersionOf(name))) return version
      throw refusals.foreignCursor()
    }
  }
}
