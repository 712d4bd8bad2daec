import { setTimeout } from 'node:timers/promises'
import { AppError } from '../errors.js'
import { createTally } from './tally.js'

const dayMs = 24 * 60 * 60 * 1000

export interface LogInOptions {
  /** Failures of one account from one address within the window, after which the address has to wait for its end. */
  failedLogIns: number
  failedLogInsWindowMs: number
  /** Failures from one address in a day, whatever the accounts. */
  failedLogInsOfAddressPerDay: number
  /** Failures of one account in a day, wherever from, after which each log-in to it is delayed: to lock it would be a weapon. */
  failedLogInsOfAccountPerDay: number
  failedLogInDelayMs: number
  maxTracked: number
}

export interface LogInAttempt {
  email: string
  address: string
}

/**
 * Lets somebody try to log in. It counts as a failure before the password is looked at, so that many attempts at once gain nothing.
 *
 * @param check resolves with what is known of the user, or with nothing when e-mail and password do not fit
 * @throws {AppError} `tooManyRequests`, `wrongCredentials`, and what `check` throws, which then is no failure
 */
export type LogIn = <T>(attempt: LogInAttempt, check: () => Promise<T | undefined>) => Promise<T>

export function createLogIn(options: LogInOptions): LogIn {
  const limitOf = (max: number, windowMs: number) => createLimit(max, windowMs, options.maxTracked)
  const pairs = limitOf(options.failedLogIns, options.failedLogInsWindowMs)
  const addresses = limitOf(options.failedLogInsOfAddressPerDay, dayMs)
  const accounts = limitOf(options.failedLogInsOfAccountPerDay, dayMs)

  return async (attempt, check) => {
    const account = attempt.email.toLowerCase()
    const { address } = attempt
    const pair = `${address} ${account}`
    const retryAfterMs = Math.max(pairs.fullForMs(pair), addresses.fullForMs(address))
    if (retryAfterMs > 0) throw new AppError('tooManyRequests', 'Too many failed log-ins.', { retryAfterMs })

    const isUnderAttack = accounts.fullForMs(account) > 0
    pairs.add(pair)
    addresses.add(address)
    accounts.add(account)
    if (isUnderAttack) await setTimeout(options.failedLogInDelayMs)
    const user = await check().catch((error) => {
      pairs.takeBack(pair)
      addresses.takeBack(address)
      accounts.takeBack(account)
      throw error
    })
    if (user === undefined) throw new AppError('wrongCredentials')
    pairs.forget(pair)
    accounts.forget(account)
    // No more than this one: who has an account of his own could otherwise try others for ever.
    addresses.takeBack(address)
    return user
  }
}

/** @param max 0 is no limit */
function createLimit(max: number, windowMs: number, maxTracked: number) {
  if (max === 0) return { fullForMs: () => 0, add() {}, takeBack() {}, forget() {} }
  const { look, add, takeBack, forget } = createTally(maxTracked)
  return {
    fullForMs(key: string) {
      const { count, leftMs } = look(key)
      return count < max ? 0 : leftMs
    },
    add: (key: string) => add(key, windowMs),
    takeBack,
    forget
  }
}
