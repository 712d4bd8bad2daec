import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and those above it, where they are not there, for the owner alone. One by one, because where nobody can make
 * one, as below /proc, Node's own `recursive` tries for ever.
 */
export function makeFolder(path: string): void {
  for (const folder of withThoseAbove(resolve(path))) {
    try {
      mkdirSync(folder, { mode: 0o700 })
    } catch (error) {
      if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error
    }
  }
}

function withThoseAbove(path: string): string[] {
  const above = dirname(path)
  return above === path ? [path] : [...withThoseAbove(above), path]
}
