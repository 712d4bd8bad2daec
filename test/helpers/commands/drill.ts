import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { findCommand } from '../../../src/commands/index.js'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import { account } from '../../store/suite/people.js'
import { open } from './town.js'

type Name = 'backup' | 'restore'

/** Runs a command on a database. Returns its lines. */
export async function run(t: Test, name: Name, file: string, url: string): Promise<string[]> {
  const before = process.env.DB_URL
  process.env.DB_URL = url
  const lines: string[] = []
  try {
    await findCommand(name).run([file], (line) => lines.push(line))
  } finally {
    process.env.DB_URL = before ?? ''
  }
  t.ok(lines.length > 0, `${name}: ${lines.join(' ')}`)
  return lines
}

/** Makes a store with some people. */
export async function populate(file: string, ...names: string[]): Promise<void> {
  const store = await open(`file:${file}`)
  for (const name of names) await store.users.create(account(name))
  await store.loadSecret()
  await store.close()
}

/** Makes a folder with a database of two people and an older backup with one. */
export async function makeHouse(t: Test) {
  const dir = t.testdir({ data: {} })
  const file = join(dir, 'data', 'messenger.db')
  const backup = join(dir, 'backup.db')
  await populate(file, 'ann')
  await run(t, 'backup', backup, `file:${file}`)
  await populate(file, 'bob')
  return { dir, file, backup, url: `file:${file}` }
}

/** Returns the tags in a database. Throws when it is damaged. */
export function peopleIn(file: string): string[] {
  // After a kill, SQLite has to roll back first.
  const database = new SQLite(file, { readonly: !existsSync(`${file}-journal`) })
  try {
    if (database.pragma('integrity_check', { simple: true }) !== 'ok') throw new Error(`${file} is damaged`)
    return database.prepare<[], string>('SELECT tag FROM users ORDER BY tag').pluck().all()
  } finally {
    database.close()
  }
}

/** Returns the files in a folder with the digests of their contents. */
export function contentOf(dir: string): string[] {
  return readdirSync(dir).map((name) => {
    return `${name} ${createHash('sha256')
      .update(readFileSync(join(dir, name)))
      .digest('hex')}`
  })
}
