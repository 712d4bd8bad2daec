import { randomBytes } from 'node:crypto'
import { refusals } from '../refusals.js'
import type { Collections } from './collections.js'
import type { Versions } from './versions.js'

const pattern = /^([0-9a-f]{16})\.(0|[1-9]\d{0,14})$/

/** Cursors as clients get them, `EPOCH.VERSION`: everything up to that version is known. */
export interface Cursors {
  toCursor(version: number): string
  /** The version of a cursor. @throws {AppError} `invalidParams` for one that this database has not given */
  toVersion(cursor: string): Promise<number>
}

/** Begins an epoch, one for each opening: a cursor that names an unknown one comes from another database. */
export async function openCursors({ epochs }: Pick<Collections, 'epochs'>, versions: Versions): Promise<Cursors> {
  const own = randomBytes(8).toString('hex')
  const known = new Set([own])
  await epochs.insertOne({ _id: own })

  async function isKnown(name: string) {
    if (!known.has(name) && (await epochs.findOne({ _id: name }))) known.add(name)
    return known.has(name)
  }

  return {
    toCursor: (version) => `${own}.${version}`,

    async toVersion(cursor) {
      const [, name = '', digits] = pattern.exec(cursor) ?? []
      const version = Number(digits)
      if (name && (await isKnown(name)) && version <= (await versions.newest())) return version
      throw refusals.foreignCursor()
    }
  }
}
