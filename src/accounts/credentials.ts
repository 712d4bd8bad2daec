import type { IncomingHttpHeaders } from 'node:http'

export const cookieName = 'auth'

/** Each token costs a signature, and may cost a read of the store. */
const maxTokens = 10

/**
 * Returns the tokens of a request, any of which may be valid: the one of `Authorization: Bearer`, which a cookie never replaces, or those
 * of its cookies. A browser sends several cookies of one name if a parent domain, or a longer path, has set one too (RFC 6265, 5.4).
 */
export function tokensIn({ authorization = '', cookie = '' }: IncomingHttpHeaders): string[] {
  const bearer = /^bearer(?:$|\s+)(.*)$/i.exec(authorization)
  if (bearer) return [bearer[1] as string]
  const values = cookie.split(';').map(tokenOf).filter(Boolean)
  return [...new Set(values)].slice(0, maxTokens)
}

/** Returns the value of the cookie without quotes, and the empty text for a cookie of another name. */
function tokenOf(pair: string): string {
  const [name = '', ...rest] = pair.split('=')
  if (name.trim() !== cookieName) return ''
  return rest
    .join('=')
    .trim()
    .replace(/^"(.*)"$/, '$1')
}
