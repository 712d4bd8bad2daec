import type { Database } from 'better-sqlite3'
import { defaultImage } from '../../../schemas/user.js'
import type { ImageStore } from '../../store.js'
import type { GroupCommit } from '../groupCommit.js'

/** Its quota never takes what the owner shows, nor the one that has just come. */
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

export interface ProfilePictures {
  /** Whether a user may show a picture: one's own, or the default one. */
  isAllowed(name: string, userId: string): boolean
  /** Removes a user's picture that is replaced, unless somebody else shows it, as among the adopted. */
  drop(name: string, ownerId: string): void
}

/** To be used within the transaction that changes the user. */
export function createProfilePictures(database: Database): ProfilePictures {
  const isOwn = database.prepare<[string, string], 1>('SELECT 1 FROM images WHERE name = ? AND ownerId = ?').pluck()
  const remove = database.prepare<[object]>(`
    DELETE FROM images
    WHERE name = :name AND ownerId = :ownerId AND NOT EXISTS (SELECT 1 FROM users WHERE ${isShown(':name')})`)
  return {
    isAllowed: (name, userId) => name === defaultImage || isOwn.get(name, userId) !== undefined,
    drop: (name, ownerId) => void remove.run({ name, ownerId })
  }
}

/** The second condition makes it one of the partial index `usersByImg`. */
function isShown(name: string): string {
  return `img = ${name} AND img <> '${defaultImage}'`
}
