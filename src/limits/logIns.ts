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
  /** The same for the same account, however its e-mail is written. */
  account: string
  address: string
  /** Whether nobody waits for the outcome any more. */
  isGone(): boolean
}

/**
 * Lets somebody try to log in. It counts as a failure before the password is looked at, so that many attempts at once gain nothing.
 *
 * @param check resolves with what is known of the user, or with nothing when e-mail and password do not fit
 * @throws {AppError} `tooManyRequests`, `wrongCredentials`, `badRequest` when the client has gone meanwhile, and what `check`
 * throws; the latter two are no failures
 */
export type LogIn = <T>(attempt: LogInAttempt, check: () => Promise<T | undefined>) => Promise<T>

export function createLogIn(options: LogInOptions): LogIn {
  const limitOf = (max: number, windowMs: number) => createLimit(max, windowMs, options.maxTracked)
  const pairs = limitOf(options.failedLogIns, options.failedLogInsWindowMs)
  const addresses = limitOf(options.failedLogInsOfAddressPerDay, dayMs)
  const accounts = limitOf(options.failedLogInsOfAccountPerDay, dayMs)

  const wait = createWait(options)

  return async ({ account, address, isGone }, check) => {
    const pair = `${address} ${account}`
    const pairMs = pairs.fullForMs(pair)
    const retryAfterMs = Math.max(pairMs, addresses.fullForMs(address))
    if (retryAfterMs > 0) throw tooManyFailures(retryAfterMs === pairMs, retryAfterMs)

    const isUnderAttack = accounts.fullForMs(account) > 0
    pairs.add(pair)
    addresses.add(address)
    accounts.add(account)
    const checkInTime = async () => {
      if (isUnderAttack) await wait(account, isGone)
      return check()
    }
    const user = await checkInTime().catch((error) => {
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

/** Delays attempts, of each account only so many at a time. */
function createWait({ failedLogIns, failedLogInDelayMs: retryAfterMs }: LogInOptions) {
  const waiting = new Map<string, number>()
  return async (account: string, isGone: () => boolean): Promise<void> => {
    const count = waiting.get(account) ?? 0
    if (failedLogIns > 0 && count >= failedLogIns) {
      throw new AppError('tooManyRequests', 'Too many log-ins to this account.', { retryAfterMs })
    }
    waiting.set(account, count + 1)
    // At a stop nobody waits for it, and the store is closed.
    await setTimeout(retryAfterMs, undefined, { ref: false })
    const left = (waiting.get(account) as number) - 1
    if (left > 0) waiting.set(account, left)
    else waiting.delete(account)
    if (isGone()) throw new AppError('badRequest', 'The client has gone.')
  }
}

function tooManyFailures(isOfAccount: boolean, retryAfterMs: number): AppError {
  const whose = isOfAccount ? 'to this account from this address' : 'from this address'
  return new AppError('tooManyRequests', `Too many failed log-ins ${whose}.`, { retryAfterMs })
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
