/** A text that is no tag has no key: it is nobody's. */
export function keyOfTag(tag: string): string {
  return tag.startsWith('@') ? tag.slice(1).toLowerCase() : ''
}

export function keyOfEmail(email: string): string {
  return email.toLowerCase()
}
