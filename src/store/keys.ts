import { asciiDomainOf } from '../schemas/email.js'

/** The characters of a tag's key: none has a meaning in a regular expression. */
export const partOfTagKey = /^[a-z0-9_]*$/

/** Returns the end of the range of the keys that begin with a text, which is not in it. */
export const endOf = (start: string) => `${start}\u{10ffff}`

/** A text that is no tag has no key: it is nobody's. */
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
 * Returns the key that older versions made. Of two users whose addresses are the same by now, one keeps that key: both log in
 * with the address as they have written it.
 */
export function formerKeyOfEmail(email: string): string {
  return email.toLowerCase()
}
