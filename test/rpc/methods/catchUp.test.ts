import t from 'tap'
import type { Dialog } from '../../../src/schemas/dialog.js'
import type { Message } from '../../../src/schemas/message.js'
import type { Updates } from '../../../src/schemas/update.js'
import { startServer } from '../../helpers/server.js'

t.test('getUpdates returns the changes since a cursor', async (t) => {
  const server = await startServer(t)
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const bobHere = await bob.connect()
  const left = await ann.connect()
  await left.call('sendMessageToUser', ['@bob', 'I am leaving'])
  const { cursor } = await left.call<Updates>('getUpdates')
  await left.close()

  await bobHere.call('sendMessageToUser', ['@ann', 'Are you there?'])
  await bobHere.call('markMessagesWithUserAsRead', ['@ann'])
  await bobHere.call('setSelfInfo', ['Robert', ''])

  const back = await ann.connect()
  const updates = await back.call<Updates>('getUpdates', [cursor])
  t.same(updates.messages, await back.call('getMessagesWithUser', ['@bob', 0, 1]), 'messages as in a history')
  const dialogs = await back.call<Dialog[]>('getDialogsList')
  const withoutLastSeen = ({ userInfo: { lastSeen, ...userInfo }, ...dialog }: Dialog) => ({ ...dialog, userInfo })
  t.same(updates.dialogs.map(withoutLastSeen), dialogs.map(withoutLastSeen), 'dialogs as in the list')
  t.match(updates.dialogs, [{ lastSeq: 2, peerReadSeq: 2, unreadIncoming: 1, userInfo: { firstName: 'Robert' } }])
  t.match(updates.users, [{ tag: '@bob', firstName: 'Robert', isOnline: true, lastSeen: Number }])
  t.equal(updates.hasMore, false)
  t.match(await back.call('getUpdates', { cursor: updates.cursor }), { messages: [], dialogs: [], users: [] })
  t.equal((await back.call<Updates>('getUpdates')).cursor, updates.cursor, 'without a cursor the present one')
})

t.test('getUpdates returns many changes in parts', async (t) => {
  const server = await startServer(t)
  const [ann, bob] = [await (await server.signUp('ann')).connect(), await server.signUp('bob')]
  const { cursor } = await ann.hello
  for (let number = 1; number <= 5; number++) await ann.call('sendMessageToUser', ['@bob', `${number}`])

  const device = await bob.connect()
  const first = await device.call<Updates>('getUpdates', [cursor, 3])
  t.same([first.messages.map(({ text }) => text), first.hasMore], [['1', '2', '3'], true])
  const second = await device.call<Updates>('getUpdates', { cursor: first.cursor, limit: 3 })
  t.same([second.messages.map(({ text }) => text), second.hasMore], [['4', '5'], false])

  const own = await ann.call<Updates>('getUpdates', [cursor, 1])
  t.match(own.messages, [{ text: '1', senderTag: '@ann', receiverTag: '@bob' }], 'and what was sent from elsewhere')
})

t.test('getMessagesBySeq returns a range of messages', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  await server.signUp('bob')
  t.same(await ann.call('getMessagesBySeq', ['@bob', 1, 500]), [], 'no dialog yet')
  t.same(await ann.call('getMessagesBySeq', ['@nobody', 1, 500]), [], 'nobody by that tag')
  for (let number = 1; number <= 5; number++) await ann.call('sendMessageToUser', ['@bob', `${number}`])

  const messages = await ann.call<Message[]>('getMessagesBySeq', { receiverTag: '@BOB', fromSeq: 2, toSeq: 4 })
  t.same(
    messages.map(({ seq, text }) => [seq, text]),
    [
      [2, '2'],
      [3, '3'],
      [4, '4']
    ],
    'both ends included, oldest first'
  )
  t.same(messages.reverse(), await ann.call('getMessagesWithUser', ['@bob', 1, 4]))
  t.equal((await ann.call<Message[]>('getMessagesBySeq', ['@bob', 5, 504])).length, 1)
})

t.test('a read mark may name a message, and never goes back', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  const bob = await server.signUp('bob')
  const [bobHere, bobThere] = [await bob.connect(), await bob.connect()]
  for (const text of ['1', '2', '3']) await ann.call('sendMessageToUser', ['@bob', text])
  for (const device of [ann, bobHere, bobThere]) await device.rest()
  const read = (upToSeq: number) => bobHere.call('markMessagesWithUserAsRead', ['@ann', upToSeq])

  t.same(await read(2), { status: 'OK' })
  t.same(await bobThere.rest(), [{ type: 'dialogWasRead', code: 3302, body: { tag: '@ann', upToSeq: 2 } }])
  t.same(await ann.rest(), [], 'that everything was read is not true yet')
  t.match(await ann.call('getDialogsList'), [{ peerReadSeq: 2, unreadCount: 1 }])
  t.match(await bobHere.call('getDialogsList'), [{ readSeq: 2, unreadIncoming: 1 }])

  t.same(await read(1), { status: 'OK' }, 'it does not go back')
  t.same(await bobThere.rest(), [])
  t.same(await read(7), { status: 'OK' })
  t.match(await bobThere.rest(), [{ code: 3302, body: { upToSeq: 3 } }])
  t.same(await ann.rest(), [{ type: 'messageWasRead', code: 3300, body: { receiverTag: '@bob' } }])
})

t.test('a message sent three times at once, from two connections, is stored once', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  const [here, there] = [await ann.connect(), await ann.connect()]
  const bob = await (await server.signUp('bob')).connect()
  const send = ['@bob', 'once', 'the-id']

  const answers = await Promise.all([here, there, here].map((device) => device.call('sendMessageToUser', send)))
  t.equal(new Set(answers.map(({ message }) => JSON.stringify(message))).size, 1, 'they all get the first result')
  t.equal(answers.filter(({ duplicate }) => duplicate).length, 2)
  t.match(await bob.rest(), [{ code: 3001 }], 'and bob is told once')
  t.equal((await here.rest()).length + (await there.rest()).length, 1, 'as is her other device')
})
