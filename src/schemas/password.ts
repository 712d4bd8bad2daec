import { Type } from 'typebox'

const minLength = 5
const maxLength = 256
// Decomposition makes at most four characters of one.
const maxTypedLength = 4 * maxLength

/** Returns the form in which passwords are hashed and compared (RFC 8265, 4.2: OpaqueString). */
export function normalizePassword(password: string): string {
  return password.replace(/\p{Zs}/gu, ' ').normalize('NFC')
}

/** Counts Unicode characters, as NIST SP 800-63B does. */
export function lengthOf(password: string): number {
  return [...password].length
}

// A lone surrogate has no UTF-8 form, and its hash would be the same as that of every other one.
const TypedPasswordSchema = Type.String({ maxLength: maxTypedLength, pattern: '^\\P{Cs}*$' })

const tooLong = () => `must not have more than ${maxLength} characters`

/** A new password. */
export const PasswordSchema = Type.Refine(
  Type.Refine(
    TypedPasswordSchema,
    (password) => lengthOf(normalizePassword(password)) >= minLength,
    () => `must not have fewer than ${minLength} characters`
  ),
  (password) => lengthOf(normalizePassword(password)) <= maxLength,
  tooLong
)

/** A password that can exist: older versions counted it as typed. */
export const LoginPasswordSchema = Type.Refine(
  TypedPasswordSchema,
  (password) => Math.min(lengthOf(password), lengthOf(normalizePassword(password))) <= maxLength,
  tooLong
)
