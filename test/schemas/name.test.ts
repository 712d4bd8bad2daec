import t from 'tap'
import { LastNameSchema, NameChangeSchema, NameSchema } from '../../src/schemas/user.js'
import { createCheck } from '../../src/schemas/validate.js'

const check = createCheck(NameSchema)

const names: [language: string, ...names: string[]][] = [
  ['English, Irish', 'Anna', 'O’Neil', "O'Neil", 'Smith-Jones', 'Mary Ann'],
  ['Vietnamese, Polish, Turkish', 'Nguyễn', 'Łukasz', 'İbrahim'],
  ['Croatian, whose one letter looks like two', 'ǅemal'],
  ['Hawaiian', 'Ka ʻAulani', 'ʻOkina', 'ʻōkina', 'Kaʻiulani'],
  [
    'Dutch, Arabic, Irish, in lower case',
    'van der Berg',
    'al-Khwārizmī',
    'anna',
    'de Búrca',
    "van 't Hoff",
    '’s Gravesande'
  ],
  ['Spanish, French', 'María-José', 'D’Arcy', "d'Arc", 'Jean-Luc', 'J.-P.'],
  ['shortened', 'J.', 'J. R.', 'J.R.R.', 'Sammy Davis Jr.', 'St. John-Smith', 'Mª. Carmen'.normalize('NFKC')],
  ['Persian, with a non-joiner', 'علی\u200cرضا', 'مهدی\u200cیار', 'عليّ\u200cرضا'],
  ['Sinhala, with a joiner', 'ශ්\u200dරී', 'ක්\u200dෂ', 'චන්ද්\u200dරිකා'],
  ['Malayalam, Marathi, Bengali, Kannada', 'രാജന്\u200d', 'र्\u200dया', 'অর্ক্\u200cষ', 'ರಾಜ್\u200cಕುಮಾರ್'],
  ['Catalan, Uzbek, in letters that transcribe Arabic', 'Gal·la', 'O‘zbek', 'ʿAbd al-Raʾūf'],
  ['Hebrew, with its own hyphen and apostrophe', 'בן־גוריון', 'צ׳רצ׳יל'],
  ['Japanese, with a dot between words', 'ヴァン・ゴッホ'],
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
  ['letters and marks that nobody sees', '\u3164', '\u115f', '\uffa0', 'Ann\u034f', 'Ann\u17b4', 'Ann\ufe0f'],
  ['more marks than a letter can have', `A${'\u0301'.repeat(7)}nn`],
  ['a space that looks like another', 'Anna\u00a0Maria', 'Anna\u2003Maria', 'Anna\nMaria', 'Anna\tMaria'],
  ['edges, and nothing between two words', ' Anna', 'Anna ', 'Anna  Maria', 'Anna--Maria', 'Anna-', "'Anna", "Anna'"],
  ['no letter', '', '123', 'Anna1', '👍', '\u0301', 'Anna!', '<b>'],
  ['dots that follow nothing or each other', '.', '.Anna', 'J..R', 'J. .R', '...', 'Anna.-', 'J .R'],
  [
    'apostrophes that follow nothing or each other',
    "'",
    "O''Neil",
    "O' Neil",
    "Anna 'Maria",
    "'t",
    "'x Hooft",
    'ʻ',
    'ʻʻ',
    'ʼ'
  ],
  ['hyphens beside blanks', '-', 'Anna -Maria', 'Anna- Maria', 'Anna - Maria', '-Anna'],
  ['a joiner between Latin letters', 'An\u200dna', 'An\u200cna', 'A\u200d', '\u200cAnna', 'Анн\u200dа', 'Γ\u200cι'],
  [
    'a joiner alone, at an edge, or twice',
    '\u200d',
    '\u200c',
    'علی\u200c',
    '\u200cعلی',
    'ශ්\u200d\u200dරී',
    'علی\u200c\u200cرضا'
  ],
  [
    'a joiner where nothing is joined',
    'علی\u200dرضا',
    'دا\u200cدا',
    'امیر\u200cعلی',
    'علی\u200cء',
    'ක\u200dෂ',
    'क\u200cष',
    '李\u200d小',
    'ა\u200cბ'
  ],
  ['emoji and their joiners', '👩\u200d🚀', 'Anna❤'],
  ['half a letter', 'A\ud83a'],
  ['too long', `A${'a'.repeat(64)}`]
]

t.test('names of many scripts are accepted', async (t) => {
  for (const [language, ...accepted] of names)
    for (const name of accepted) t.same(check(name), [], `${language}: ${name}`)
  for (const schema of [NameChangeSchema, LastNameSchema]) t.same(createCheck(schema)(''), [], 'the empty one')
})

t.test('texts that look like other names, or are not names, are refused', async (t) => {
  for (const [why, ...others] of refused)
    for (const name of others) t.not(check(name).length, 0, `${why}: ${JSON.stringify(name)}`)
  for (const schema of [NameChangeSchema, LastNameSchema]) {
    for (const name of ['Аnna', '123', ' ', '\u200d']) t.not(createCheck(schema)(name).length, 0, name)
  }
})
