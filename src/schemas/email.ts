import { domainToASCII } from 'node:url'
import { Type } from 'typebox'

// RFC 6531 adds letters of every script to the atoms of RFC 5322; dots may stand anywhere, as in HTML's `type=email`.
const localPart = '[^\\p{C}\\p{Z}\\p{Default_Ignorable_Code_Point}"(),:;<>@[\\\\\\]]+'
// ASCII is limited to letters, digits, `-` and `.`: others would end the domain, or be decoded. Persian names need the joiner.
const domain = '(?:[\\u200c\\u200d]|[^\\p{C}\\p{Z}!-,/:-@[-`{-~])+'

const typedDomain = new RegExp(`^${domain}$`, 'u')
// RFC 1123, 2.1
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const asciiDomain = new RegExp(`^(?=.{1,253}$)${label}(?:\\.${label})*$`)

/**
 * Returns the ASCII form of a domain (UTS 46), as browsers send it: in lower case, without a dot at the end. Returns nothing for a text
 * that is not a domain.
 */
export function asciiDomainOf(text: string): string | undefined {
  if (!typedDomain.test(text)) return undefined
  const ascii = domainToASCII(text.toLowerCase()).replace(/\.$/, '')
  return asciiDomain.test(ascii) ? ascii : undefined
}

export const EmailSchema = Type.Refine(
  Type.String({
    pattern: `^${localPart}@${domain}$`,
    maxLength: 254,
    description: 'E-mail address; unique regardless of case, normalization form and form of the domain'
  }),
  (email) => asciiDomainOf(email.slice(email.lastIndexOf('@') + 1)) !== undefined,
  () => 'must have a domain after its @'
)
