import type { Database } from 'better-sqlite3'
import type { Store } from '../store.js'
import type { GroupCommit } from './groupCommit.js'

type Images = Pick<Store, 'addImage' | 'findImage' | 'hasImage'>

export function createImages(database: Database, { write }: GroupCommit): Images {
  const insert = database.prepare('INSERT INTO images (name, ownerId, bytes) VALUES (:name, :ownerId, :bytes)')
  const byName = database.prepare<[string], Buffer>('SELECT bytes FROM images WHERE name = ?').pluck()
  const exists = database.prepare<[string], 1>('SELECT 1 FROM images WHERE name = ?').pluck()

  return {
    addImage: (image) => write(() => void insert.run(image)),
    findImage: async (name) => byName.get(name),
    hasImage: async (name) => exists.get(name) !== undefined
  }
}
