import { personOf } from './people.js'

/**
 * Who is found: those one talks with at once, others as soon as the server has answered. While one types on, those of the
 * last answer who still fit are shown.
 *
 * @returns tags
 */
export function peopleFound(state) {
  const { text, found } = state.search
  const fits = createFits(text)
  const fitting = (tags) => tags.filter((tag) => fits(personOf(state, tag)))
  const own = fitting(state.dialogs.map(({ tag }) => tag))
  const others = isAnswered(state) ? found.tags : fitting(found?.tags ?? [])
  return [...new Set([...own, ...others])]
}

/** Whether the server has answered what is in the search field now. */
export function isAnswered({ search: { text, found } }) {
  return found?.text === text
}

/** As the server finds people: by a part of the tag, and by the start of a name. */
function createFits(text) {
  const wanted = fold(text)
  const tagPart = wanted.replace(/^@/, '')
  return ({ tag, firstName, lastName }) => {
    const names = [firstName, lastName, `${firstName} ${lastName}`]
    return fold(tag).slice(1).includes(tagPart) || names.some((name) => fold(name).startsWith(wanted))
  }
}

/** `jose` finds José. */
function fold(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}
