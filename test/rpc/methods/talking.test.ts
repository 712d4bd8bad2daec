import t from 'tap'
import type { Dialog } from '../../../src/schemas/dialog.js'
import type { Message } from '../../../src/schemas/message.js'
import { startServer } from '../../helpers/server.js'

t.test('two users exchange messages and read marks', async (t) => {
  const server = await startServer(t)
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('Bob')]
  const [annHere, bobHere] = [await ann.connect(), await bob.connect()]
  const before = Date.now()

  const { status, message } = await annHere.call<{
    status: string
    message: Record<string, unknown> & { date: number }
  }>('sendMessageToUser', ['@bOB', 'Hello, Bob!'])
  t.equal(status, 'OK')
  t.match(message._id, /^[0-9a-f]{24}$/)
  t.ok(message.date >= before && message.date <= Date.now(), 'the date is in epoch ms')
  const { _id, date } = message
  const said = { _id, senderTag: '@ann', receiverTag: '@Bob', text: 'Hello, Bob!', seq: 1 }
  t.same(message, { ...said, date, isRead: false })
  t.same(await bobHere.notification(), { type: 'newMessage', code: 3001, body: { ...said, date } })

  const isoDate = new Date(date).toISOString()
  for (const [device, tag] of [
    [annHere, '@Bob'],
    [bobHere, '@ann']
  ] as const) {
    t.same(await device.call('getMessagesWithUser', [tag]), [{ ...said, date: isoDate, isRead: false }])
  }
  const dialog = {
    senderTag: '@ann',
    receiverTag: '@Bob',
    date: isoDate,
    text: 'Hello, Bob!',
    unreadCount: 1,
    lastSeq: 1
  }
  const [annsDialog] = await annHere.call<Dialog[]>('getDialogsList')
  t.same(annsDialog, {
    ...dialog,
    _id: annsDialog?._id,
    readSeq: 0,
    peerReadSeq: 0,
    unreadIncoming: 0,
    userInfo: {
      _id: bob._id,
      tag: '@Bob',
      firstName: 'Bob',
      lastName: 'Test',
      img: 'default.jpg',
      isOnline: true,
      lastSeen: annsDialog?.userInfo.lastSeen
    }
  })
  t.match(annsDialog?._id, /^[0-9a-f]{24}$/)
  t.match(await bobHere.call('getDialogsList'), [
    { ...dialog, _id: annsDialog?._id, unreadIncoming: 1, userInfo: { tag: '@ann' } }
  ])

  t.same(await bobHere.call('markMessagesWithUserAsRead', ['@ann']), { status: 'OK' })
  t.same(await annHere.notification(), { type: 'messageWasRead', code: 3300, body: { receiverTag: '@Bob' } })
  t.match(await annHere.call('getMessagesWithUser', ['@Bob']), [{ isRead: true }])
  t.match(await annHere.call('getDialogsList'), [{ unreadCount: 0, peerReadSeq: 1 }])

  t.same(await bobHere.call('markMessagesWithUserAsRead', ['@ann']), { status: 'OK' }, 'nothing is left to read')
  t.same(await annHere.rest(), [])
  t.same(await bobHere.rest(), [], 'who reads is not told')
})

t.test('a message is pushed to every device of both users except the sending one', async (t) => {
  const server = await startServer(t)
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const [annHere, annThere] = [await ann.connect(), await ann.connect()]
  const [bobHere, bobThere] = [await bob.connect(), await bob.connect()]

  await annHere.call('sendMessageToUser', ['@bob', 'hello', 'my-id'])
  const body = { senderTag: '@ann', receiverTag: '@bob', text: 'hello', seq: 1, date: Number, _id: String }
  t.match(await annThere.rest(), [{ type: 'messageSent', code: 3002, body: { ...body, clientMessageId: 'my-id' } }])
  for (const device of [bobHere, bobThere]) {
    const [told, ...more] = await device.rest()
    t.match(told, { type: 'newMessage', code: 3001, body })
    t.notOk(Object.hasOwn(told?.body ?? {}, 'clientMessageId'), "the sender's id is the sender's")
    t.same(more, [])
  }
  t.same(await annHere.rest(), [])

  await bobHere.call('markMessagesWithUserAsRead', ['@ann'])
  t.same(await bobThere.rest(), [{ type: 'dialogWasRead', code: 3302, body: { tag: '@ann', upToSeq: 1 } }])
  for (const device of [annHere, annThere]) t.match(await device.rest(), [{ code: 3300 }])
  t.same(await bobHere.rest(), [])

  await server.post(
    '/rpc',
    { jsonrpc: '2.0', method: 'sendMessageToUser', params: ['@bob', 'by curl'] },
    { cookie: ann.cookie }
  )
  for (const device of [annHere, annThere]) t.match(await device.rest(), [{ code: 3002, body: { text: 'by curl' } }])
})

t.test('a message sent again with its clientMessageId is stored once', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  const bob = await (await server.signUp('bob')).connect()
  await server.signUp('cid')

  const first = await ann.call('sendMessageToUser', ['@bob', 'hello', 'one'])
  await ann.call('sendMessageToUser', ['@bob', 'more'])
  t.same(await ann.call('sendMessageToUser', ['@bob', 'hello', 'one']), { ...first, duplicate: true })
  t.match(await bob.rest(), [{ body: { text: 'hello' } }, { body: { text: 'more' } }], 'bob is told once')
  t.equal((await bob.call<Message[]>('getMessagesWithUser', ['@ann'])).length, 2)

  for (const params of [
    ['@bob', 'bye', 'one'],
    ['@cid', 'hello', 'one']
  ]) {
    t.match(await ann.refusal('sendMessageToUser', params), {
      code: -32011,
      message: 'Conflict',
      data: { path: '/clientMessageId' }
    })
  }
})

t.test('methods take slices, default values, and parameters by name', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  for (let number = 0; number < 32; number++) {
    const name = `b${String.fromCharCode(97 + (number % 26))}${number}`
    await server.signUp(name)
    await ann.call('sendMessageToUser', { text: `hello ${number}`, receiverTag: `@${name}` })
  }
  for (let number = 1; number <= 101; number++) await ann.call('sendMessageToUser', ['@ba0', String(number)])

  const texts = async (method: string, params: unknown[] | Record<string, unknown>) =>
    (await ann.call<{ text: string }[]>(method, params)).map(({ text }) => text)
  const messages = await texts('getMessagesWithUser', ['@ba0'])
  t.same([messages.length, messages[0], messages.at(-1)], [100, '101', '2'], 'by default the newest hundred')
  t.same(await texts('getMessagesWithUser', { receiverTag: '@ba0', endIndex: 2 }), ['101', '100'])
  t.same(await texts('getMessagesWithUser', ['@ba0', 100, 200]), ['1', 'hello 0'])
  const dialogs = await texts('getDialogsList', [])
  t.same([dialogs.length, dialogs[0], dialogs[1], dialogs.at(-1)], [30, '101', 'hello 31', 'hello 3'])
  t.same(await texts('getDialogsList', { startIndex: 30, endIndex: 40 }), ['hello 2', 'hello 1'])
})

t.test('an unknown tag and a missing dialog have no messages', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  await server.signUp('bob')

  for (const tag of ['@bob', '@nobody', '@ann', 'bob', '']) {
    t.same(await ann.call('getMessagesWithUser', [tag]), [], tag)
    t.same(await ann.call('markMessagesWithUserAsRead', [tag]), { status: 'OK' }, tag)
  }
  t.same(await ann.call('getDialogsList'), [])
})
