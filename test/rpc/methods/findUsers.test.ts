import t from 'tap'
import type { Device } from '../../helpers/device.js'
import { startServer } from '../../helpers/server.js'

const tagsOf = (found: { tag: string }[]) => found.map(({ tag }) => tag)
const find = async (device: Device, query: string) => tagsOf(await device.call('findUsers', [query]))

async function settle(t: Parameters<typeof startServer>[0], search?: string) {
  const server = await startServer(t, search === undefined ? {} : { config: { users: { search } } })
  const signUp = async (name: string, firstName: string, lastName: string) => {
    const person = await server.signUp(name)
    const device = await person.connect()
    await device.call('setSelfInfo', [firstName, lastName])
    return device
  }
  const ann = await signUp('ann', 'Anna', 'Lee')
  const bob = await signUp('bob', 'Josephine', 'Ray')
  const cid = await signUp('cid', 'José', 'Annan')
  await signUp('josh', 'Eve', 'Other')
  return { server, ann, bob, cid }
}

t.test('findUsers finds users by tag and by name', async (t) => {
  const { ann, bob, cid } = await settle(t)
  t.same((await find(ann, 'jose')).sort(), ['@bob', '@cid'])
  t.same(await find(ann, 'josé an'), ['@cid'], 'both names')
  t.same(await find(ann, 'OS'), ['@josh'], 'a part of the tag, the start of a name')
  t.same((await find(ann, 'jos')).sort(), ['@bob', '@cid', '@josh'])
  t.same(await find(ann, '@josh'), ['@josh'], 'a leading @ means nothing')
  t.same(await find(ann, 'ann'), ['@cid'], 'never the caller')
  t.same((await find(cid, 'ann')).sort(), ['@ann'])
  t.same(await find(ann, ''), ['@bob', '@cid', '@josh'], 'everybody')
  t.same(await find(ann, '@'), ['@bob', '@cid', '@josh'], 'everybody')
  for (const nobody of ['%', '@@', '.*', ' ', '\ud83a', '\u0000', 'x'.repeat(256)]) {
    t.same(await find(ann, nobody), [], JSON.stringify(nobody))
  }

  await ann.call('sendMessageToUser', ['@josh', 'hello'])
  await cid.call('sendMessageToUser', ['@ann', 'hello'])
  t.same(await find(ann, 'jos'), ['@cid', '@josh', '@bob'], 'contacts are first, the newest dialog before them all')
  t.same(await find(ann, ''), ['@cid', '@josh', '@bob'])
  t.same(await find(bob, 'jos'), ['@josh', '@cid'], 'of others they are none')
  const [found] = await ann.call<Record<string, unknown>[]>('findUsers', { query: 'annan' })
  const info = { tag: '@cid', firstName: 'José', lastName: 'Annan', img: 'default.jpg', isOnline: true }
  t.match(found, info)
  t.same(Object.keys(found as object).sort(), ['_id', 'firstName', 'img', 'isOnline', 'lastName', 'lastSeen', 'tag'])
})

t.test('findUsers finds at most 30 users, some of them by name even when many match by tag', async (t) => {
  const { server, ann } = await settle(t)
  for (let number = 0; number < 31; number++) await server.signUp(`jose${number}`)
  const found = await find(ann, 'jose')
  t.equal(found.length, 30)
  t.equal(new Set(found).size, 30)
  for (const tag of ['@bob', '@cid']) t.ok(found.includes(tag), tag)
  for (let number = 0; number < 31; number++) await ann.call('sendMessageToUser', [`@jose${number}`, 'hello'])
  t.same((await find(ann, 'j')).slice(0, 2), ['@jose30', '@jose29'], 'contacts alone, when there are as many')
})

t.test('the setting users.search limits searches to contacts, or to nobody', async (t) => {
  const contacts = (await settle(t, 'contacts')).ann
  const nobody = (await settle(t, 'off')).ann
  for (const device of [contacts, nobody]) await device.call('sendMessageToUser', ['@cid', 'hello'])
  for (const [method, ...texts] of [
    ['findUsers', '', 'jos', 'ci', '@cid'],
    ['findUsersByTag', '', 'ci', 'ID', '@cid']
  ] as const) {
    for (const text of texts) {
      t.same(tagsOf(await contacts.call(method, [text])), ['@cid'], `${method} ${text}`)
      t.same(await nobody.call(method, [text]), [], `${method} ${text}`)
    }
    t.same(await contacts.call(method, ['bob']), [], method)
  }
  t.same(await contacts.call('findUsersByTag', ['jos']), [], 'by the tag alone')
})
