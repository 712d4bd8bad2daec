import type { Database } from 'better-sqlite3'
import { defaultImage } from '../../../schemas/user.js'
import type { ImageStore } from '../../store.js'
import type { GroupCommit } from '../groupCommit.js'

/** Stores images. The quota never deletes an image that a user shows, or the newest one. */
export function createImages(database: Database, { write }: GroupCommit): ImageStore {
  const insert = database.prepare('INSERT INTO images (name, ownerId, bytes) VALUES (:name, :ownerId, :bytes)')
  const byName = database.prepare<[string], Buffer>('SELECT bytes FROM images WHERE name = ?').pluck()
  const countOf = database.prepare<[string], number>('SELECT count(*) FROM images WHERE ownerId = ?').pluck()
  const oldestOf = database
    .prepare<[string, string, number], string>(`
      SELECT name FROM images i
      WHERE ownerId = ? AND name <> ? AND NOT EXISTS (SELECT 1 FROM users WHERE ${isShown('i.name')})
      ORDER BY rowid LIMIT ?`)
    .pluck()
  const remove = database.prepare<[string]>('DELETE FROM images WHERE name = ?')

  return {
    add: (image, maxOfOwner) =>
      write(() => {
        insert.run(image)
        const surplus = maxOfOwner === undefined ? 0 : (countOf.get(image.ownerId) as number) - maxOfOwner
        if (surplus <= 0) return
        for (const name of oldestOf.all(image.ownerId, image.name, surplus)) remove.run(name)
      }),
    find: async (name) => byName.get(name)
  }
}

/** Checks and drops profile pictures, within the transaction that changes the user. */
export function createProfilePictures(database: Database) {
  const isOwn = database.prepare<[string, string], 1>('SELECT 1 FROM images WHERE name = ? AND ownerId = ?').pluck()
  const remove = database.prepare<[object]>(`
    DELETE FROM images
    WHERE name = :name AND ownerId = :ownerId AND NOT EXISTS (SELECT 1 FROM users WHERE ${isShown(':name')})`)
  return {
    /** Tells whether a user may show a picture: an own one, or the default one. */
    isAllowed: (name: string, userId: string) => name === defaultImage || isOwn.get(name, userId) !== undefined,
    /** Deletes a replaced picture, unless another user shows it, as an adopted user may. */
    drop: (name: string, ownerId: string) => void remove.run({ name, ownerId })
  }
}

/** Returns the condition that a user shows an image. Its second part lets SQLite use the partial index `usersByImg`. */
function isShown(name: string): string {
  return `img = ${name} AND img <> '${defaultImage}'`
}
