import t from 'tap'
import { NameChangeSchema, NameSchema } from '../../src/schemas/user.js'
import { createCheck } from '../../src/schemas/validate.js'

const check = createCheck(NameSchema)

const names: [language: string, ...names: string[]][] = [
  ['English, Irish', 'Anna', 'O’Neil', "O'Neil", 'Smith-Jones', 'Mary Ann'],
  ['Vietnamese, Polish, Turkish', 'Nguyễn', 'Łukasz', 'İbrahim'],
  ['Croatian, whose one letter looks like two', 'ǅemal'],
  ['Hawaiian', 'Ka ʻAulani'],
  ['Russian, Ukrainian, Serbian', 'Ёлкина', 'Дар’я', 'Дарʼя', 'Ђорђе'],
  ['Greek', 'Γιώργος'],
  ['Armenian, Georgian', 'Արմեն', 'ევა'],
  ['Hebrew, Arabic, Syriac', 'ענבר', 'محمد', 'ܫܡܥܘܢ'],
  ['Hindi, Bengali, Punjabi', 'आरती', 'প্রিয়া', 'ਸਿੰਘ'],
  ['Tamil, Telugu, Kannada, Malayalam, Sinhala', 'தமிழ்', 'తెలుగు', 'ಕನ್ನಡ', 'മലയാളം', 'ටෙස්ට්'],
  ['Thai, Lao, Burmese, Khmer, Tibetan, Mongolian', 'สมชาย', 'ລາວ', 'မြန်မာ', 'ខ្មែរ', 'བསྟན', 'ᠮᠣᠩᠭᠣᠯ'],
  ['Amharic, Berber, Cherokee', 'አበበ', 'ⵎⴰⵣⵉⵖ', 'ᏣᎳᎩ'],
  ['Chinese, Taiwanese', '李小龍', '王ㄅㄆ'],
  ['Japanese, in three scripts at once', '佐々木', '山田タロー', 'やまだ'],
  ['Korean, in two', '김', '金철수'],
  ['Manipuri, Fulani', 'ꯃꯅꯤꯄꯨꯔ', '𞤀𞤣𞤢𞤥'],
  ['not composed', 'E\u0301va'],
  ['each word in a script of its own', 'Anna Мария', 'Anna-Мария'],
  ['the longest', `A${'a'.repeat(63)}`]
]

const refused: [why: string, ...names: string[]][] = [
  ['Cyrillic among Latin letters', 'Аnna', 'Annа', 'Pаul', 'O’Nеil', 'Anna Mаria'],
  ['Greek among Latin letters', 'Αnna', 'Ιvan'],
  ['Armenian, Cherokee among Latin letters', 'Օscar', 'Ꮪam'],
  ['Latin among Japanese ones', 'Tシャツ'],
  ['Greek among Cyrillic letters', 'Анναа'],
  ['letters of formulas', '𝐀𝐧𝐧𝐚', '𝔸nna'],
  ['what nobody sees', 'An\u200bna', 'An\u202ena', 'An\u00adna', 'A\u0000', '\ufeffAnna', 'Anna\u2060'],
  ['a space that looks like another', 'Anna\u00a0Maria', 'Anna\u2003Maria', 'Anna\nMaria', 'Anna\tMaria'],
  ['edges, and nothing between two words', ' Anna', 'Anna ', 'Anna  Maria', 'Anna--Maria', 'Anna-', "'Anna", "Anna'"],
  ['no letter', '', '123', 'Anna1', '👍', '\u0301', 'Anna!', '<b>'],
  ['lower case', 'anna', 'ева', 'γιώργος'],
  ['half a letter', 'A\ud83a'],
  ['too long', `A${'a'.repeat(64)}`]
]

t.test('names of many scripts', async (t) => {
  for (const [language, ...accepted] of names)
    for (const name of accepted) t.same(check(name), [], `${language}: ${name}`)
  t.same(createCheck(NameChangeSchema)(''), [], 'in a change, the empty one')
})

t.test('names that pass for others, or are none', async (t) => {
  for (const [why, ...others] of refused)
    for (const name of others) t.not(check(name).length, 0, `${why}: ${JSON.stringify(name)}`)
  t.not(createCheck(NameChangeSchema)('Аnna').length, 0, 'in a change, too')
})
