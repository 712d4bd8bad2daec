import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { nameKeysOf, nameRangeOf } from '../../src/store/nameKeys.js'

const { peopleFound } = await import(pathToFileURL(resolve('static/state/search.js')).href)

const names: [firstName: string, lastName: string][] = [
  ['Ann', 'Lee'],
  ['José', 'Álvarez'],
  ['Jean-Luc', 'O’Neil'],
  ["D'Arcy", 'van der Berg'],
  ['Łucja', 'Øst'],
  ['Đorđe', 'Ðaníel'],
  ['Ħamrun', 'Æther'],
  ['Œdipe', 'Þór'],
  ['İbrahim', 'Işık'],
  ['Μάρκος', 'Παπαδόπουλος'],
  ['Groß', 'Strauß'],
  ['철수', '김'],
  ['Ольга', 'Ёлкина'],
  ['محمد', 'عبد الله'],
  ['J. R.', 'Tolkien'],
  ['Anne‐Marie', 'ʻOkina'],
  ['Émile'.normalize('NFD'), 'Zola'],
  ['ﬁona', 'Ｗｉｄｅ']
]

const queries = [
  'ann|lee|ann le|lee an|annlee|leeann|nn|ee|jose|JOSÉ|alvarez j|jean|luc|oneil|o’n|jeanluc|jean luc|jean-luc o',
  "o'neil|darcy|arcy|berg|der berg|vanderberg|van-der|lucja|ŁUCJA|ost|dorde|ðan|daniel|hamrun|aether|æ|oed|œ|thor|þ|þor",
  'ibrahim|IBRAHIM|ıbrahim|isik|IŞIK|ışı|μαρκος|ΜΑΡΚΟΣ|παπαδοπουλος|παπαδοπουλοσ|gross|GROẞ|strauss|strauß|철|김철|ㄱㅣ',
  'ольга|елкина|ёл|محمد|الله|عبدالله|jr|j.r.|r|anne|marie|annemarie|okina|emile|e\u0301mile|fiona|ﬁ|wide|ｗ|zola émile',
  ".|-| |'|@ann|%|_|1|👋|a\u0301|\u0301|ann\u200d|ann,lee"
].flatMap((line) => line.split('|'))

function serverFinds(query: string): string[] {
  const range = nameRangeOf(query.replace(/^@/, ''))
  if (!range) return []
  return people
    .filter((person) => nameKeysOf(person).some((key) => key >= range.start && key < range.end))
    .map(({ tag }) => tag)
}

// No query is part of such a tag.
const people = names.map(([firstName, lastName], index) => ({ tag: `@${'x'.repeat(20 + index)}`, firstName, lastName }))
const state = { people: Object.fromEntries(people.map((one) => [one.tag, one])), dialogs: people }

t.test('the page finds own contacts by the same texts as the server', async (t) => {
  const found = queries.map((text) => serverFinds(text))
  t.ok(new Set(found.flat()).size === names.length, 'each name is found by one of them')
  for (const [index, text] of queries.entries()) {
    t.same(peopleFound({ ...state, search: { text, found: null } }), found[index], `“${text}”`)
  }
})
