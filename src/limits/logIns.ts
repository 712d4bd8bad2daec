import { setTimeout } from 'node:timers/promises'
import { AppError } from '../errors.js'
import { clientKey } from './clientKey.js'
import { createKeyedSemaphore } from './keyedSemaphore.js'
import type { RateLimiter } from './rateLimiter.js'

export interface LogInLimits {
  /** Failures of one account from one address, beyond which the address has to wait. */
  pairs: RateLimiter
  /** Failures from one address, whatever the accounts, beyond which it has to wait. */
  addresses: RateLimiter
  /** Failures of one account, wherever from, beyond which each log-in is delayed: a lock would be a weapon against its owner. */
  accounts: RateLimiter
  delayMs: number
  /** Log-ins of one account that are delayed at the same time; 0: no limit. */
  maxDelayed: number
}

export interface LogInAttempt {
  /** The same for the same account, however its e-mail is written. */
  account: string
  address: string
  /** Whether the client has disconnected. */
  isGone(): boolean
}

/**
 * Lets a client try to log in. The attempt counts as a failure before the password is looked at, so that many attempts at once
 * gain nothing.
 *
 * @param check resolves with the user, or with undefined when e-mail and password do not fit
 * @throws {AppError} `tooManyRequests`, `wrongCredentials`, `badRequest` when the client has gone meanwhile, and what `check`
 * throws; the latter two are not failures
 */
export type LogIn = <T>(attempt: LogInAttempt, check: () => Promise<T | undefined>) => Promise<T>

export function createLogIn({ pairs, addresses, accounts, delayMs, maxDelayed }: LogInLimits): LogIn {
  const delayed = createKeyedSemaphore(maxDelayed)

  async function delay({ account, isGone }: LogInAttempt): Promise<void> {
    if (!delayed.tryAcquire(account)) throw tooMany('log-ins to this account', delayMs)
    // At a stop nobody waits for it, and the store is closed.
    await setTimeout(delayMs, undefined, { ref: false })
    delayed.release(account)
    if (isGone()) throw new AppError('badRequest', 'The client has gone.')
  }

  return async (attempt, check) => {
    const { account } = attempt
    const address = clientKey(attempt.address)
    const pair = `${address} ${account}`
    assertFewFailures(pairs.waitMs(pair), addresses.waitMs(address))
    pairs.spend(pair, 1)
    addresses.spend(address, 1)
    // Nothing is taken beyond the limit: a long attack would otherwise delay the owner for years.
    const isUnderAttack = accounts.take(account) > 0
    const checkInTime = async () => {
      if (isUnderAttack) await delay(attempt)
      return check()
    }
    const user = await checkInTime().catch((error) => {
      pairs.spend(pair, -1)
      addresses.spend(address, -1)
      if (!isUnderAttack) accounts.spend(account, -1)
      throw error
    })
    if (user === undefined) throw new AppError('wrongCredentials')
    pairs.reset(pair)
    accounts.reset(account)
    // Only this attempt: the owner of one account could otherwise try others without limit.
    addresses.spend(address, -1)
    return user
  }
}

function assertFewFailures(pairMs: number, addressMs: number): void {
  const whose = pairMs >= addressMs ? 'to this account from this address' : 'from this address'
  const retryAfterMs = Math.max(pairMs, addressMs)
  if (retryAfterMs > 0) throw tooMany(`failed log-ins ${whose}`, retryAfterMs)
}

function tooMany(what: string, retryAfterMs: number): AppError {
  return new AppError('tooManyRequests', `Too many ${what}.`, { retryAfterMs })
}
