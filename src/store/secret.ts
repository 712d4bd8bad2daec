import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from './folder.js'

const secretBytes = 32

// That of the example of jwt.io.
const wellKnown = 'a-string-secret-at-least-256-bits-long'

/** Whether a secret is as long as what it makes (RFC 7518, 3.2), and not one that everybody can read in an example. */
export function isStrong(secret: string): boolean {
  return Buffer.byteLength(secret) >= secretBytes && secret !== wellKnown
}

export function createSecret(): string {
  return randomBytes(secretBytes).toString('base64url')
}

/** The secret kept in a file (mode 0600), made when there is no such file. */
export function loadSecret(file: string): string {
  return readSecret(file) ?? keepSecret(file, createSecret())
}

/** The same, where there is such a file. @throws {Error} when it is empty */
export function readSecret(file: string): string | undefined {
  return existsSync(file) ? secretIn(file) : undefined
}

/**
 * The file appears whole or not at all, and the first of two processes makes it.
 *
 * @returns the secret that is in the file
 */
export function keepSecret(file: string, secret: string): string {
  makeFolder(dirname(file))
  const draft = `${file}.${randomBytes(4).toString('hex')}`
  writeFileSync(draft, secret, { mode: 0o600, flush: true })
  try {
    linkSync(draft, file)
  } catch {
    // Another process was first; if not, reading the file tells what is wrong.
  }
  unlinkSync(draft)
  return secretIn(file)
}

function secretIn(file: string): string {
  const secret = read(file).trim()
  if (secret === '') throw new Error(`${file} is empty: delete it to have a new secret made`)
  return secret
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error })
  }
}
