import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { findCommand } from '../../../src/commands/index.js'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import { account } from '../../store/suite/people.js'
import { open } from './town.js'

type Name = 'backup' | 'restore'

/** Runs a command on a database. @returns what it prints */
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

/** Makes a store with some people in it. */
export async function populate(file: string, ...names: string[]): Promise<void> {
  const store = await open(`file:${file}`)
  for (const name of names) await store.users.create(account(name))
  await store.loadSecret()
  await store.close()
}

/** A folder with a database and a backup of it, each with its people. */
export async function makeHouse(t: Test) {
  const dir = t.testdir({ data: {} })
  const file = join(dir, 'data', 'messenger.db')
  const backup = join(dir, 'backup.db')
  await populate(file, 'ann')
  await run(t, 'backup', backup, `file:${file}`)
  await populate(file, 'bob')
  return { dir, file, backup, url: `file:${file}` }
}

/** The tags in a database, and what is wrong with it. */
export function peopleIn(file: string): string[] {
  // Where a command was killed, SQLite has to finish what it was about.
  const database = new SQLite(file, { readonly: !existsSync(`${file}-journal`) })
  try {
    if (database.pragma('integrity_check', { simple: true }) !== 'ok') throw new Error(`${file} is damaged`)
    return database.prepare<[], string>('SELECT tag FROM users ORDER BY tag').pluck().all()
  } finally {
    database.close()
  }
}

/** The files in a folder, each with its content. */
export function contentOf(dir: string): string[] {
  return readdirSync(dir).map((name) => {
    return `${name} ${createHash('sha256')
      .update(readFileSync(join(dir, name)))
      .digest('hex')}`
  })
}
