import argon2 from 'argon2'
import type { ConcurrencyLimit } from '../limits/concurrencyLimit.js'
import { normalizePassword } from '../schemas/password.js'

// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane.
const parameters = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** Makes the hashing of passwords, a bounded number at the same time. */
export function createPasswords(limit: ConcurrencyLimit) {
  return {
    hash: (password: string) => limit(() => argon2.hash(normalizePassword(password), parameters)),

    /**
     * Tells whether a password is right, and whether its hash is outdated: made with other parameters, or of the password as typed.
     * It takes the same time with and without a hash, and so does not tell whether an account exists. A password that is not normalized
     * costs a second hash, because older versions hashed it as typed.
     */
    verify: (hash: string | undefined, password: string) =>
      limit(async () => {
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
