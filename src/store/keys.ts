import { asciiDomainOf } from '../schemas/email.js'

/** The characters of a tag's key. None has a meaning in a regular expression. */
export const partOfTagKey = /^[a-z0-9_]*$/

/** Returns the exclusive end of the range of keys that begin with a text. */
export const endOf = (start: string) => `${start}\u{10ffff}`

/** Returns the key of a tag; an empty one, which no user has, for a text that is not a tag. */
export function keyOfTag(tag: string): string {
  return tag.startsWith('@') ? tag.slice(1).toLowerCase() : ''
}

/** Returns one key for all ways to write an address: its case, its normalization form, and the form of its domain. */
export function keyOfEmail(email: string): string {
  const [, localPart, domain = ''] = /^(.+)@(.*)$/s.exec(email) ?? []
  const ascii = asciiDomainOf(domain)
  if (localPart === undefined || ascii === undefined) return formerKeyOfEmail(email).normalize()
  return `${localPart.toLowerCase().normalize()}@${ascii}`
}

/**
 * Returns the key that older versions made. Two users may have addresses that are the same by now. One of them keeps that key, and
 * both log in with the address as they wrote it.
 */
export function formerKeyOfEmail(email: string): string {
  return email.toLowerCase()
}
