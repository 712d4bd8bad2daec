import type { IncomingHttpHeaders } from 'node:http'

/** Values of `Sec-Fetch-Site` for pages of another origin (W3C Fetch Metadata). */
const foreignSites = new Set(['cross-site', 'same-site'])
const ownSites = new Set(['same-origin', 'none'])

/** Headers in which a browser says that nobody has asked for a page yet: the standard's, and those of older browsers. */
const purposes = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz']

/**
 * Tells whether a request may act for its user: it comes from the server's own pages, from those of `foreignOrigin`, or not from a page.
 * `Origin` decides where a browser sends it, then `Sec-Fetch-Site`, and over plain HTTP, where it sends neither with a link, `Referer`.
 */
export function isAllowed(headers: IncomingHttpHeaders, foreignOrigin?: string): boolean {
  const { origin, host, referer, 'sec-fetch-site': site } = headers
  if (origin !== undefined) return origin === foreignOrigin || ownOrigins(host).includes(origin)
  if (ownSites.has(String(site))) return true
  const source = originOf(referer)
  // A redirect by a foreign page keeps the Referer of the own page before it.
  if (foreignSites.has(String(site))) return source !== undefined && source === foreignOrigin
  return source === undefined || source === foreignOrigin || ownOrigins(host).includes(source)
}

/** Tells whether a browser only loads a page ahead, which its user may never open. */
export function isPrefetch(headers: IncomingHttpHeaders): boolean {
  return purposes.some((name) => /prefetch|prerender|preview/i.test(String(headers[name])))
}

const defaultPorts = { http: ':80', https: ':443' }

const maxShownLength = 200

/** Returns the headers that name a page, for the log: without path and query, which may hold anything. */
export function describeSource({ origin, host, referer, 'sec-fetch-site': site }: IncomingHttpHeaders) {
  const source = { origin, referer: originOf(referer), site: site as string | undefined, host }
  return Object.fromEntries(Object.entries(source).map(([name, value]) => [name, value?.slice(0, maxShownLength)]))
}

/**
 * @returns the origin of a `Referer`, `'null'` (as for an opaque origin) for a malformed one, and nothing where it does not
 *   name a page (RFC 9110, 10.1.3)
 */
function originOf(referer = ''): string | undefined {
  if (referer === '' || referer === 'about:blank') return undefined
  return URL.canParse(referer) ? new URL(referer).origin : 'null'
}

/** The origins of a server's own pages: whether there is TLS in front of it, only a proxy knows. */
function ownOrigins(host = ''): string[] {
  return Object.entries(defaultPorts).flatMap(([scheme, port]) => {
    const written = `${scheme}://${host.toLowerCase()}`
    // An origin leaves out the default port of its scheme (RFC 6454, 6.2), which a client or a proxy may write into `Host`.
    return written.endsWith(port) ? [written, written.slice(0, -port.length)] : [written]
  })
}
