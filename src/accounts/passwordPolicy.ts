import { AppError } from '../errors.js'
import { lengthOf, normalizePassword } from '../schemas/password.js'

export interface PasswordPolicyOptions {
  minPasswordLength: number
  refuseCommonPasswords: boolean
}

/**
 * Makes the check of new passwords, which throws `badRequest` for a password that is too easily guessed. The list of common passwords
 * is loaded only where it is used.
 */
export async function createPasswordPolicy({ minPasswordLength, refuseCommonPasswords }: PasswordPolicyOptions) {
  const common = refuseCommonPasswords ? await loadCommonPasswords() : new Set()
  return (password: string): void => {
    const length = lengthOf(normalizePassword(password))
    if (length < minPasswordLength) throw weak(`must not have fewer than ${minPasswordLength} characters`)
    // NFKC: full-width letters do not make a password less common.
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
