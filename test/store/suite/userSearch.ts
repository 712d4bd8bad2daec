import type { Test } from 'tap'
import type { StoredUser } from '../../../src/store/records.js'
import type { Store } from '../../../src/store/store.js'
import { account, type WithPeople } from './people.js'

const signUp = (store: Store, tag: string, firstName: string, lastName: string) =>
  store.users.create({ ...account(tag), firstName, lastName })

const tagsOf = (users: { tag: string }[]) => users.map(({ tag }) => tag)

const names: [why: string, firstName: string, lastName: string, ...starts: string[]][] = [
  [
    'each word, and what follows it',
    'Jan',
    'van der Berg',
    'jan',
    'VAN DER',
    'berg',
    'jan v',
    'berg jan',
    'van der berg j'
  ],
  [
    'whatever joins words',
    'Jean-Luc',
    "O'Neil",
    'luc',
    'jean luc',
    'jeanluc',
    'neil',
    'oneil',
    'o’neil',
    "Jean-Luc O'N"
  ],
  ['accents', 'José', 'Ångström', 'jose', 'JOSÉ', 'Jose\u0301', 'ang', 'jose a'],
  ['letters with a stroke', 'Łukasz', 'Ærø', 'lukasz', 'łu', 'aero', 'ærø'],
  ['sharp s', 'Anna', 'Weiß', 'weiss', 'WEISS', 'weiß', 'WEIẞ'],
  ['Turkish letters', 'İbrahim', 'Işık', 'ibrahim', 'isik', 'ışık', 'ISIK', 'İSİK'],
  ['final sigma', 'Γιώργος', 'Παπάς', 'ΓΙΩΡΓΟΣ', 'γιωργοσ', 'παπασ γ'],
  ['Cyrillic', 'Пётр', 'Чайковский', 'петр', 'ПЁТР', 'чайков'],
  ['no blanks', '小龍', '李', '李小', '小龍李', '李'],
  ['half a syllable', '철수', '김', 'ㄱㅣ'.normalize('NFKD'), '김철'],
  ['joiners', 'නිශ\u0dca\u200dශංක', 'Silva', 'නිශ්ශං', 'silva']
]

const ofNobody = [
  '',
  ' ',
  '-',
  'nn',
  '%',
  '_',
  '*',
  '.*',
  '^a',
  '\\',
  '(',
  '\u0000',
  '\ud83a',
  'a%',
  'x'.repeat(256),
  '{'
]

export function testUserSearch(t: Test, withPeople: WithPeople): void {
  t.test('a search by the start of a name finds its words', async (t) => {
    const { store, ann } = await withPeople(t)
    for (const [index, [, firstName, lastName]] of names.entries())
      await signUp(store, `u${index}`, firstName, lastName)

    for (const [index, [why, , , ...starts]] of names.entries()) {
      for (const start of starts) {
        const found = tagsOf(await store.users.searchByName(start, ann._id, 30))
        t.ok(found.includes(`@u${index}`), `${why}: ${start}`)
      }
    }
    for (const start of ofNobody) t.same(await store.users.searchByName(start, ann._id, 30), [], JSON.stringify(start))
    await store.close()
  })

  t.test('a search by name has a limit, and finds each user once and never the caller', async (t) => {
    const { store, ann } = await withPeople(t)
    for (let number = 0; number < 5; number++) await signUp(store, `n${number}`, 'Nina Nia Niamh', 'Nielsen Nie')
    t.same(tagsOf(await store.users.searchByName('ni', ann._id, 30)).sort(), ['@n0', '@n1', '@n2', '@n3', '@n4'])
    t.equal((await store.users.searchByName('ni', ann._id, 3)).length, 3)
    t.same(tagsOf(await store.users.searchByName('test', ann._id, 30)).sort(), ['@Bob', '@Cid'])
    const [profile] = await store.users.searchByName('bob', ann._id, 1)
    t.same(Object.keys(profile as object).sort(), ['_id', 'firstName', 'img', 'lastName', 'lastSeen', 'tag'])
    await store.close()
  })

  t.test('a new name finds a user, and the former one does not', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    await store.users.update(bob._id, { firstName: 'Robert' })
    await store.users.update(bob._id, { lastName: 'Ray' })
    for (const start of ['robert', 'ray', 'robert r', 'ray r']) {
      t.same(tagsOf(await store.users.searchByName(start, ann._id, 30)), ['@Bob'], start)
    }
    for (const start of ['bob', 'robert t']) t.same(await store.users.searchByName(start, ann._id, 30), [], start)
    await Promise.all([
      store.users.update(bob._id, { firstName: 'Bo' }),
      store.users.update(bob._id, { lastName: 'Lo' })
    ])
    for (const start of ['bo lo', 'lo bo'])
      t.match(await store.users.searchByName(start, ann._id, 30), [{ tag: '@Bob' }])
    await store.close()
  })

  t.test('contacts are found by tag or name, the newest dialog first', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    const nina = await signUp(store, 'xaver', 'Nina', 'Bobson')
    await signUp(store, 'bobby', 'Bobby', 'Bob')
    const write = (to: StoredUser) => store.messages.add({ sender: ann, receiverTag: to.tag, text: 'hello' })
    const find = async (tagPart: string, nameStart: string, limit = 30) =>
      tagsOf(await store.users.searchContacts({ tagPart, nameStart }, ann._id, limit))
    t.same(await find('', ''), [], 'without a dialog')

    await write(bob)
    await store.messages.add({ sender: nina, receiverTag: '@Ann', text: 'hi' })
    t.same(await find('bob', 'bob'), ['@xaver', '@Bob'])
    t.same(await find('bob', 'bob', 1), ['@xaver'])
    await write(bob)
    t.same(await find('bob', 'bob'), ['@Bob', '@xaver'])
    t.same(await find('OB', 'ob'), ['@Bob'], 'a part of the tag, the start of a name')
    t.same(await find('nina b', 'nina b'), ['@xaver'])
    t.same(await find('', ''), ['@Bob', '@xaver'], 'all')
    t.same(tagsOf(await store.users.searchContacts({ tagPart: 'bob' }, ann._id, 30)), ['@Bob'], 'by the tag alone')
    for (const sign of ofNobody.slice(3)) t.same(await find(sign, sign), [], JSON.stringify(sign))
    t.same(tagsOf(await store.users.searchContacts({ tagPart: 'ann', nameStart: 'ann' }, bob._id, 30)), ['@Ann'])
    await store.close()
  })
}
