/** Advice for an operator, by the code of an SQLite error. */
const advice: readonly [code: RegExp, what: string][] = [
  [/^SQLITE_BUSY/, 'another process uses it and did not release it in time'],
  [/^SQLITE_READONLY_DBMOVED/, 'another file has taken its place: start again'],
  [/^SQLITE_(CANTOPEN|READONLY)/, 'this user must be able to read and write the file and its folder'],
  [/^SQLITE_FULL/, 'make room on its disk']
]

const damage = /^SQLITE_(CORRUPT|NOTADB)/

/** Tells whether an error is about the content of a file. */
export function isDamage(error: unknown): boolean {
  return damage.test(codeOf(error))
}

/** Returns an error's message and the advice for it, in one sentence. */
export function explain(error: unknown): string {
  const { message } = error as Error
  const [, what] = advice.find(([code]) => code.test(codeOf(error))) ?? []
  return what === undefined ? message : `${message}: ${what}`
}

export function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code)
}
