import type { SelfInfo } from '../schemas/user.js'
import { endOf } from './keys.js'

// Unicode does not decompose these letters, and many people type them without the stroke.
const plainLetters: Readonly<Record<string, string>> = {
  Ł: 'L',
  Ø: 'O',
  Đ: 'D',
  Ð: 'D',
  Ħ: 'H',
  Æ: 'AE',
  Œ: 'OE',
  Þ: 'TH'
}
const unplain = new RegExp(`[${Object.keys(plainLetters).join('')}]`, 'g')

const maxWords = 16
// Long enough to tell people apart, and far below the limit of any index.
const maxLetters = 48

const between = /[\s\p{Pd}.'’ʻʼ]+/u
const ofName = /^[\p{L}\p{M}\p{N}]+$/u

/**
 * Folds a text for the search: without accents and joiners, in one case, and without the characters between words.
 * Upper case comes last: it has no final sigma, no dotless i and no sharp s.
 */
function fold(text: string): string {
  const bare = text.normalize('NFKD').replace(/\p{Script=Inherited}/gu, '')
  const folded = bare
    .toLowerCase()
    .toUpperCase()
    .replace(unplain, (letter) => plainLetters[letter] as string)
  return [...folded.split(between).join('')].slice(0, maxLetters).join('')
}

const startsOfWords = (name: string) => {
  const words = name.split(between).filter((word) => word !== '')
  return words.slice(0, maxWords).map((_, index) => words.slice(index).join(' '))
}

/**
 * Returns the keys of a user's name: each word with the words after it. So `ann`, `lee`, `ann le` and `lee an` find `Ann Lee`.
 */
export function nameKeysOf({ firstName, lastName }: Pick<SelfInfo, 'firstName' | 'lastName'>): string[] {
  const keys = [
    ...startsOfWords(firstName).map((start) => fold(`${start} ${lastName}`)),
    ...startsOfWords(lastName).map((start) => fold(`${start} ${firstName}`))
  ]
  return [...new Set(keys)]
}

/** A range of name keys; the end is exclusive. */
export interface NameRange {
  start: string
  end: string
}

/** Returns the range of the name keys that begin with a text; nothing for a text that no name begins with. */
export function nameRangeOf(text: string): NameRange | undefined {
  const start = fold(text)
  return ofName.test(start) ? { start, end: endOf(start) } : undefined
}
