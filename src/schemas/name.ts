/**
 * The pattern of a name: words of letters in any script, the first letter upper case where the script has case. All letters of
 * a word are of one script, because a letter among look-alikes of another one would let one user pass for another (UTS 39).
 */

// Each alone, but for those that are written together in Japanese, Korean and Taiwanese names.
const scripts = [
  ['Latin'],
  ['Cyrillic'],
  ['Greek'],
  ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Bopomofo'],
  ...'Arabic Armenian Bengali Canadian_Aboriginal Cherokee Coptic Devanagari Ethiopic Georgian Gujarati Gurmukhi Hebrew'
    .split(' ')
    .map((script) => [script]),
  ...'Kannada Khmer Lao Lisu Malayalam Mongolian Myanmar Oriya Sinhala Syriac Tamil Telugu Thaana Thai Tibetan Tifinagh'
    .split(' ')
    .map((script) => [script])
].map((together) => together.map((script) => `\\p{scx=${script}}`).join(''))

// Marks belong to the letter before them; modifier letters stand for apostrophes, and are of no script.
const neutral = "\\p{M}'’ʻʼ"
const ofOneScript = scripts.map((script) => `[${script}${neutral}]+`).join('|')
// Letters of no script are those of formulas, which look like Latin ones.
const ofAnother = `(?:(?![${scripts.join('')}\\p{Script=Common}])\\p{L}|[${neutral}])+`

// A look ahead is not tried again, so that the time grows with the length and no faster.
const word = `(?=(?:${ofOneScript}|${ofAnother})(?:[ -]|$))\\p{L}\\p{M}*(?:['’]?\\p{L}\\p{M}*)*`

// Georgian has upper case letters but no words that begin with one.
const notLowerCase = '(?=[\\p{Lu}\\p{Lt}\\p{Lo}\\p{Script=Georgian}])'

/** Without the anchors around it. */
export const namePattern = `${notLowerCase}${word}(?:[ -]${word})*`
