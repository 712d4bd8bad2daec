import { AppError } from '../errors.js'
import { lengthOf, normalizePassword } from '../schemas/password.js'

export interface PasswordPolicyOptions {
  minPasswordLength: number
  refuseCommonPasswords: boolean
}

/** @throws {AppError} `badRequest` for a new password that is too easily guessed */
export type AssertGoodPassword = (password: string) => void

/** Loads the list of common passwords only where it is asked for. */
export async function createPasswordPolicy(options: PasswordPolicyOptions): Promise<AssertGoodPassword> {
  const { minPasswordLength, refuseCommonPasswords } = options
  const common = refuseCommonPasswords ? await loadCommonPasswords() : new Set()
  return (password) => {
    const length = lengthOf(normalizePassword(password))
    if (length < minPasswordLength) throw weak(`must not have fewer than ${minPasswordLength} characters`)
    // NFKC: full-width letters make none less common.
    if (common.has(password.normalize('NFKC').toLowerCase())) throw weak('is one of the most common passwords')
  }
}

async function loadCommonPasswords(): Promise<Set<unknown>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  return new Set(dictionary['passwords-common'])
}

function weak(message: string): AppError {
  return new AppError('badRequest', 'The password is too easily guessed.', {
    details: [{ path: '/user/password', message }]
  })
}
