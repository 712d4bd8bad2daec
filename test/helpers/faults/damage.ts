import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs'

/** Writes garbage over a part of a file, by default to its end. */
export function damage(file: string, from: number, length?: number): void {
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, randomBytes(length ?? fstatSync(descriptor).size - from), 0, undefined, from)
  closeSync(descriptor)
}
