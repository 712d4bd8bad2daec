/**
 * The pattern of a name: words of letters in any script. All letters of a word are of one script, because a letter among
 * look-alikes of another one would let one user pass for another (UTS 39).
 */

// Each entry is one script, except those that Japanese, Korean and Taiwanese names mix.
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

const classOf = (ranges: string) => ranges.replace(/[^ -]+/g, (digits) => `\\u{${digits}}`).replaceAll(' ', '')

// RFC 5892, A.1 and A.2, allow a joiner after a virama (Canonical_Combining_Class 9), and a non-joiner also between two letters
// that would join (Joining_Type). Regular expressions know neither property. Of the letters that join, the Arabic ones from U+0620 to
// U+06FF are listed: the languages that write the non-joiner need no others.
const viramas = classOf(
  '094D 09CD 0A4D 0ACD 0B4D 0BCD 0C4D 0CCD 0D3B-0D3C 0D4D 0DCA 0E3A 0EBA 0F84 1039-103A 1714-1715 1734 ' +
    '17D2 1A60 1B44 1BAA-1BAB 1BF2-1BF3 2D7F A806 A82C A8C4 A953 A9C0 AAF6 ABED 10A3F 11046 11070 1107F ' +
    '110B9 11133-11134 111C0 11235 112EA 1134D 11442 114C2 115BF 1163F 116B6 1172B 11839 1193D-1193E 119E0 ' +
    '11A34 11A47 11A99 11C3F 11D44-11D45 11D97'
)
const joiningNext = classOf(
  '0620 0626 0628 062A-062E 0633-063F 0641-0647 0649-064A 0678-0687 069A-06BF 06C1-06C2 06CC 06CE ' +
    '06D0-06D1 06FA-06FC 06FF'
)
const joiningPrevious = classOf('0620 0622-063F 0641-064A 0671-0673 0675-06D3 06D5 06EE-06EF 06FA-06FC 06FF')
const joiner = `(?<=[${viramas}])[\\u200c\\u200d]|(?<=[${joiningNext}]\\p{M}*)\\u200c(?=\\p{M}*[${joiningPrevious}])`

// Marks and joiners belong to the letter before them; modifier letters stand for apostrophes and have no script.
// `·` stands within a word in Catalan (Gal·la).
const apostrophe = "'’‘\\u05f3·"
const neutral = `\\p{M}\\u200c\\u200d${apostrophe}ʻʼʾʿ`
const ofOneScript = scripts.map((script) => `[${script}${neutral}]+`).join('|')
// Letters without a script are those of formulas, which look like Latin ones.
const ofAnother = `(?:(?![${scripts.join('')}\\p{Script=Common}])\\p{L}|[${neutral}])+`

const letter = `\\p{L}(?:\\p{M}|${joiner})*`
const notModifierAlone = '(?=[ʻʼʾʿ]?(?!\\p{Lm})\\p{L})'
// Hebrew has a hyphen of its own, and Japanese a dot between words.
const separator = '[ \\-\\u05be\\u30fb]'
// A lookahead does not backtrack, which keeps the time linear in the length.
const letters = `${notModifierAlone}(?=(?:${ofOneScript}|${ofAnother})(?:\\.|${separator}|$))${letter}(?:[${apostrophe}]?${letter})*`
// `J.R.` is several words as well. Dutch has two that begin with an apostrophe: van ’t Hoff, ’s Gravesande.
const word = `(?:${letters}(?:\\.${letters})*\\.?|['’][st](?=${separator}))`

// Invisible characters, except joiners and Mongolian variants, and more marks than any script puts on a letter are refused.
const unseen = '(?![\\u200c\\u200d\\u180b-\\u180f])\\p{Default_Ignorable_Code_Point}'
const plain = `(?![^]*(?:${unseen}|\\p{M}{7}))`

/** Pattern of a name, without anchors. */
export const namePattern = `${plain}${word}(?:${separator}${word})*`
