import sjson from 'secure-json-parse'

// An escape can hide the letters of a key; without any of these there is no such key, and nothing more to look at.
const suspicious = /__proto__|constructor|\\u/

/**
 * Whether a JSON text has a key with which a careless copy would change what every object inherits. In a text that somebody
 * writes to somebody such a word means nothing.
 */
export function pollutesPrototype(text: string, parsed: unknown): boolean {
  if (typeof parsed !== 'object' || parsed === null || !suspicious.test(text)) return false
  return sjson.scan(parsed as Record<string, unknown>, { safe: true }) === null
}
