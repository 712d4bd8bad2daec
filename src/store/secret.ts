import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from './folder.js'

const secretBytes = 32

// The secret in the example of jwt.io.
const wellKnown = 'a-string-secret-at-least-256-bits-long'

/** Tells whether a secret is as long as the signature (RFC 7518, 3.2), and not the well-known example. */
export function isStrong(secret: string): boolean {
  return Buffer.byteLength(secret) >= secretBytes && secret !== wellKnown
}

export function createSecret(): string {
  return randomBytes(secretBytes).toString('base64url')
}

/** Returns the secret in a file (mode 0600), and creates the file if it does not exist. */
export function loadSecret(file: string): string {
  return readSecret(file) ?? keepSecret(file, createSecret())
}

/** Returns the secret in a file, or undefined without a file. @throws {Error} when the file is empty */
export function readSecret(file: string): string | undefined {
  return existsSync(file) ? secretIn(file) : undefined
}

/**
 * Stores a secret in a file. The file appears complete or not at all, and the first of two processes makes it.
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
    // Another process was first. Any other failure shows when the file is read.
  }
  unlinkSync(draft)
  return secretIn(file)
}

function secretIn(file: string): string {
  let secret: string
  try {
    secret = readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error })
  }
  if (secret === '') throw new Error(`${file} is empty: delete it to have a new secret made`)
  return secret
}
