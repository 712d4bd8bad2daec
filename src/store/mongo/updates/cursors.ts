import { randomBytes } from 'node:crypto'
import { refusals } from '../../refusals.js'
import type { Collections } from '../collections.js'

const pattern = /^([0-9a-f]{16})\.(0|[1-9]\d{0,14})$/

/** Cursors as clients get them, `EPOCH.VERSION`: everything up to that version is known. */
export interface Cursors {
  toCursor(version: number): string
  /** Returns the version of a cursor. @throws {AppError} `invalidParams` for one of an epoch that is unknown, or has ended before */
  toVersion(cursor: string): Promise<number>
}

/** Begins an epoch, one for each opening: a cursor that names an unknown one comes from another database. */
export async function openCursors({ epochs }: Pick<Collections, 'epochs'>): Promise<Cursors> {
  const own = randomBytes(8).toString('hex')
  const lastVersions = new Map([[own, Number.POSITIVE_INFINITY]])
  await epochs.insertOne({ _id: own })

  /** Of an unknown epoch nothing is known. */
  async function lastVersionOf(name: string): Promise<number> {
    const epoch = lastVersions.has(name) ? null : await epochs.findOne({ _id: name })
    if (epoch) lastVersions.set(name, epoch.lastVersion ?? Number.POSITIVE_INFINITY)
    return lastVersions.get(name) ?? Number.NEGATIVE_INFINITY
  }

  return {
    toCursor: (version) => `${own}.${version}`,

    async toVersion(cursor) {
      const [, name = '', digits] = pattern.exec(cursor) ?? []
      const version = Number(digits)
      if (name && version <= (await lastVersionOf(name))) return version
      throw refusals.foreignCursor()
    }
  }
}
