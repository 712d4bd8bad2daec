import argon2 from 'argon2'
import type { ConcurrencyLimit } from '../limits/concurrencyLimit.js'
import { normalizePassword } from '../schemas/password.js'

// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane.
const parameters = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

export interface Verdict {
  isRight: boolean
  /** Whether the hash was made with other parameters than those of today, or of the password as it was typed. */
  isOutdated: boolean
}

export interface Passwords {
  hash(password: string): Promise<string>
  /**
   * Takes the same time with and without a hash, so that it does not tell whether an account exists. A password that is not
   * normalized costs a second hash, because older versions hashed it as typed.
   */
  verify(hash: string | undefined, password: string): Promise<Verdict>
}

export function createPasswords(gate: ConcurrencyLimit): Passwords {
  return {
    hash: (password) => gate(() => argon2.hash(normalizePassword(password), parameters)),

    verify: (hash, password) =>
      gate(async () => {
        const normalized = normalizePassword(password)
        if (await matches(hash, normalized)) return { isRight: true, isOutdated: isOutdated(hash as string) }
        const isRight = normalized !== password && (await matches(hash, password))
        return { isRight, isOutdated: isRight }
      })
  }
}

async function matches(hash: string | undefined, password: string): Promise<boolean> {
  if (hash !== undefined) return argon2.verify(hash, password)
  await argon2.hash(password, parameters)
  return false
}

function isOutdated(hash: string): boolean {
  return !hash.startsWith('$argon2id$') || argon2.needsRehash(hash, parameters)
}
