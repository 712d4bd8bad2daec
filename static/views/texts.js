const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const maxPreviewGraphemes = 160

/** @returns the beginning of a text, enough for a line, and never a part of a character */
export function previewOf(text) {
  const shown = text.trim()
  let count = 0
  for (const { index } of graphemes.segment(shown)) {
    if (count === maxPreviewGraphemes) return `${shown.slice(0, index)}…`
    count++
  }
  return shown
}

/** @returns the first letter of each name; a name may be empty, and a tag stands for a name that is not known */
export function initialsOf({ firstName, lastName }) {
  return [firstName, lastName].map(initialOf).filter((letter) => letter !== '')
}

/** Modifier letters and apostrophes, as in ʻIolani, are not shown. */
function initialOf(name) {
  const letters = name.replace(/^[^\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{N}]+/u, '')
  const [first] = graphemes.segment(letters || name)
  return first?.segment ?? ''
}
