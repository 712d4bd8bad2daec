import t from 'tap'
import type { UserInfo } from '../../../src/schemas/user.js'
import { cookieOf, eve, startServer } from '../../helpers/server.js'

t.test('a changed name is pushed to the contacts of the user', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  const [here, there] = [await ann.connect(), await ann.connect()]
  const bob = await (await server.signUp('bob')).connect()
  const cid = await (await server.signUp('cid')).connect()
  await bob.call('sendMessageToUser', ['@ann', 'hello'])
  await there.rest()

  const self = { _id: ann._id, tag: '@ann', firstName: 'Ann', lastName: 'Test', img: 'default.jpg' }
  t.same(await here.call('getSelfInfo'), self)
  t.same(await here.call('setSelfInfo', ['', 'Le\u0301']), { ...self, lastName: 'Lé' }, 'an empty text leaves a name')
  t.same(await bob.rest(), [{ type: 'contactPersonalDataChanges', code: 3200, body: { tag: '@ann', lastName: 'Lé' } }])
  t.same(await there.rest(), [{ type: 'selfInfoChanged', code: 3201, body: { lastName: 'Lé' } }])
  t.match(await here.rest(), [{ code: 3001 }], 'who changes it is not told of it')
  t.same(await cid.rest(), [], 'nor is somebody who has no dialog with her')
  t.match(await bob.call('getDialogsList'), [{ userInfo: { firstName: 'Ann', lastName: 'Lé' } }])
  t.same(await here.call('getSelfInfo'), { ...self, lastName: 'Lé' })
})

t.test('a user with only a first name can change it and add a last name', async (t) => {
  const server = await startServer(t)
  const response = await server.post('/signup', { user: { ...eve, firstName: 'Suharto', lastName: '' } })
  t.match(await response.json(), { user: { firstName: 'Suharto', lastName: '' } })
  const device = await server.connect(cookieOf(response))
  t.match(await device.call('getSelfInfo'), { firstName: 'Suharto', lastName: '' })
  t.match(await device.call('setSelfInfo', ['Sukarno', '']), { firstName: 'Sukarno', lastName: '' })
  t.match(await device.call('setSelfInfo', ['', 'van der Berg']), { firstName: 'Sukarno', lastName: 'van der Berg' })
  t.match(await device.call('setSelfInfo', ['J. R.', '']), { firstName: 'J. R.', lastName: 'van der Berg' })
})

t.test('invalid changes of a profile are refused', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  const refused: [why: string, params: unknown, path?: string][] = [
    ['a name has letters', ['123', 'Test'], '/firstName'],
    ['a name has letters', ['', '123'], '/lastName'],
    ['a name is of one script', ['Аnn', ''], '/firstName'],
    ['nothing would change', ['', '']],
    ['nothing would change', ['Ann', 'Test', 'default.jpg']],
    ['there is no such image', ['', '', 'nothing.webp'], '/img'],
    ['a name is a text', [1, 'Test'], '/firstName'],
    ['a name is not null', ['Ann', null], '/lastName'],
    ['the last name is missing', ['Anna'], '/lastName'],
    ['there are four', ['Anna', 'Test', '', ''], undefined],
    ['one is unknown', { firstName: 'Anna', lastName: '', tag: '@eve' }, '/tag']
  ]
  for (const [why, params, path] of refused) {
    const { data, ...error } = await ann.refusal('setSelfInfo', params as unknown[])
    t.same(error, { code: -32602, message: 'Invalid params' }, why)
    t.match(data, { name: 'InvalidParamsError', message: String, ...(path !== undefined && { path }) }, why)
  }
  t.match(await ann.call('getSelfInfo'), { firstName: 'Ann', lastName: 'Test', img: 'default.jpg' })
})

t.test('findUsersByTag finds users by a part of their tag', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('Ann')).connect()
  const joanna = await server.signUp('joanna')
  await (await server.signUp('annika')).connect()
  const find = async (tag: string) => (await ann.call<UserInfo[]>('findUsersByTag', [tag])).map((user) => user.tag)

  const found = await ann.call<UserInfo[]>('findUsersByTag', ['JOANNA'])
  const { _id, tag } = joanna
  const info = { _id, tag, firstName: 'Joanna', lastName: 'Test', img: 'default.jpg', isOnline: false }
  t.same(found, [{ ...info, lastSeen: found[0]?.lastSeen }])
  t.match(await ann.call('findUsersByTag', { tag: 'annika' }), [{ tag: '@annika', isOnline: true }])
  t.same(await find('@ann'), ['@annika', '@joanna'], 'a leading @ means nothing')
  t.same(await find(''), ['@annika', '@joanna'], 'everybody, but never the caller')
  const wildcards = [
    '%',
    '_',
    'a%a',
    'j_anna',
    '*',
    '?',
    '.*',
    '^a',
    '[a-z]',
    '\\',
    "'",
    '"',
    "' OR '1'='1",
    '\u0000',
    '{"$ne":""}'
  ]
  for (const nobody of ['@@', 'x'.repeat(200), ...wildcards]) t.same(await find(nobody), [], nobody)

  for (let number = 0; number < 31; number++) await server.signUp(`u${number}`)
  t.equal((await find('')).length, 30)
  t.equal((await find('u')).length, 30)
})
