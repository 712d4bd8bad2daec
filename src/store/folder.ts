import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and its parents, for the owner alone. It makes them one by one, because Node's own `recursive` never returns
 * where a folder cannot be made, as below /proc.
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
