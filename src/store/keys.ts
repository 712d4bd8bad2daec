/** What the key of a tag is made of; so no part of it means anything in a regular expression. */
export const partOfTagKey = /^[a-z0-9_]*$/

/** A text that is no tag has no key: it is nobody's. */
export function keyOfTag(tag: string): string {
  return tag.startsWith('@') ? tag.slice(1).toLowerCase() : ''
}

export function keyOfEmail(email: string): string {
  return email.toLowerCase()
}
