const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const maxPreviewGraphemes = 160

/** @returns the beginning of a text, long enough for one line, without splitting a character */
export function previewOf(text) {
  const shown = text.trim()
  let count = 0
  for (const { index } of graphemes.segment(shown)) {
    if (count === maxPreviewGraphemes) return `${shown.slice(0, index)}…`
    count++
  }
  return shown
}

/** @returns the first letter of each name. A name may be empty; a tag replaces an unknown name. */
export function initialsOf({ firstName, lastName }) {
  return [firstName, lastName].map(initialOf).filter((letter) => letter !== '')
}

/** Returns the first letter of a name. It skips modifier letters and apostrophes, as in ʻIolani. */
function initialOf(name) {
  const letters = name.replace(/^[^\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{N}]+/u, '')
  const [first] = graphemes.segment(letters || name)
  return first?.segment ?? ''
}
