import argon2 from 'argon2'
import type { Gate } from './gate.js'

// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane.
const parameters = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

export interface Passwords {
  hash(password: string): Promise<string>
  /** Whether a hash was made with other parameters than those of today. */
  isOutdated(hash: string): boolean
  /** Takes as long without a hash as with one, so that its time does not tell whether an account exists. */
  verify(hash: string | undefined, password: string): Promise<boolean>
}

export function createPasswords(gate: Gate): Passwords {
  return {
    isOutdated: (hash) => !hash.startsWith('$argon2id$') || argon2.needsRehash(hash, parameters),

    hash: (password) => gate(() => argon2.hash(password, parameters)),

    verify: (hash, password) =>
      gate(async () => {
        if (hash !== undefined) return argon2.verify(hash, password)
        await argon2.hash(password, parameters)
        return false
      })
  }
}
