import { personOf } from './people.js'

const between = /[\s\p{Pd}.'’ʻʼ]+/u
const plainLetters = { Ł: 'L', Ø: 'O', Đ: 'D', Ð: 'D', Ħ: 'H', Æ: 'AE', Œ: 'OE', Þ: 'TH' }

/**
 * Finds contacts at once, and other users when the server has answered. Until then it shows those of the last answer
 * that still match.
 *
 * @returns tags
 */
export function peopleFound(state) {
  const { text, found } = state.search
  const fits = createMatcher(text)
  const fitting = (tags) => tags.filter((tag) => fits(personOf(state, tag)))
  const own = fitting(state.dialogs.map(({ tag }) => tag))
  const others = isAnswered(state) ? found.tags : fitting(found?.tags ?? [])
  return [...new Set([...own, ...others])]
}

/** Tells whether the server has answered the current text of the search field. */
export function isAnswered({ search: { text, found } }) {
  return found?.text === text
}

/** Matches as the server does: by a part of the tag, or by the start of a word of a name. */
function createMatcher(text) {
  const wanted = text.replace(/^@/, '')
  const tagPart = wanted.toLowerCase()
  const start = fold(wanted)
  return ({ tag, firstName, lastName }) =>
    tag.toLowerCase().slice(1).includes(tagPart) ||
    (start !== '' && startsOfWords(firstName, lastName).some((key) => key.startsWith(start)))
}

/** Returns the keys of a name: `Ann Lee` is found by `ann`, `lee`, `ann le` and `lee an`. */
function startsOfWords(...names) {
  const orders = [names, [...names].reverse()].map((order) => order.join(' ').split(between))
  return orders.flatMap((words) => words.map((_, index) => fold(words.slice(index).join(''))))
}

/** Folds a name as the server does: `jose` finds José, `oneil` O’Neil, `lodz` Łódź. */
function fold(text) {
  const bare = text.normalize('NFKD').replace(/\p{Script=Inherited}/gu, '')
  const upper = bare.toLowerCase().toUpperCase()
  return upper
    .replace(/[ŁØĐÐĦÆŒÞ]/g, (letter) => plainLetters[letter])
    .split(between)
    .join('')
}
