import t from 'tap'
import { startServer } from '../../helpers/server.js'

const emoji = '👍'

const refused: [why: string, method: string, params: unknown, path?: string][] = [
  ['nobody has the tag', 'sendMessageToUser', ['@nobody', 'hello'], '/receiverTag'],
  ['nobody has an empty tag', 'sendMessageToUser', ['', 'hello'], '/receiverTag'],
  ['a message to oneself', 'sendMessageToUser', ['@ANN', 'hello'], '/receiverTag'],
  ['an empty text', 'sendMessageToUser', ['@bob', ''], '/text'],
  ['a text of 4097 characters', 'sendMessageToUser', ['@bob', 'x'.repeat(4097)], '/text'],
  ['a text with half a character', 'sendMessageToUser', ['@bob', `hello ${emoji[0]}`], '/text'],
  ['a text that is a number', 'sendMessageToUser', ['@bob', 1], '/text'],
  ['a text that is a list', 'sendMessageToUser', ['@bob', ['hello']], '/text'],
  ['a tag that is an object', 'sendMessageToUser', { receiverTag: { $ne: '' }, text: 'hello' }, '/receiverTag'],
  ['no text', 'sendMessageToUser', ['@bob'], '/text'],
  ['no parameters', 'sendMessageToUser', undefined, '/receiverTag'],
  ['an empty clientMessageId', 'sendMessageToUser', ['@bob', 'hello', ''], '/clientMessageId'],
  ['a clientMessageId of 65 characters', 'sendMessageToUser', ['@bob', 'hello', 'x'.repeat(65)], '/clientMessageId'],
  ['four parameters', 'sendMessageToUser', ['@bob', 'hello', 'id', 1]],
  ['an unknown parameter', 'sendMessageToUser', { receiverTag: '@bob', text: 'hello', date: 1 }, '/date'],
  ['a slice of nothing', 'getMessagesWithUser', ['@bob', 5, 5], '/endIndex'],
  ['a slice backwards', 'getMessagesWithUser', ['@bob', 5, 4], '/endIndex'],
  ['a slice from before the first', 'getMessagesWithUser', ['@bob', -1, 4], '/startIndex'],
  ['a slice of halves', 'getMessagesWithUser', ['@bob', 0.5, 4], '/startIndex'],
  ['an index that is a text', 'getMessagesWithUser', ['@bob', '0', 4], '/startIndex'],
  ['a page of 501', 'getMessagesWithUser', ['@bob', 0, 501], '/endIndex'],
  ['no tag', 'getMessagesWithUser', [], '/receiverTag'],
  ['a slice of nothing', 'getDialogsList', [30], '/endIndex'],
  ['a page of 501', 'getDialogsList', [0, 501], '/endIndex'],
  ['an index that is null', 'getDialogsList', { startIndex: null }, '/startIndex'],
  ['an index that is infinite', 'getDialogsList', [0, 1e308], '/endIndex'],
  ['no tag', 'markMessagesWithUserAsRead', [], '/senderTag'],
  ['a tag that is a number', 'markMessagesWithUserAsRead', [1], '/senderTag'],
  ['a mark below the first message', 'markMessagesWithUserAsRead', ['@bob', 0], '/upToSeq'],
  ['a mark between two messages', 'markMessagesWithUserAsRead', ['@bob', 1.5], '/upToSeq'],
  ['a range backwards', 'getMessagesBySeq', ['@bob', 5, 4], '/toSeq'],
  ['a range from before the first', 'getMessagesBySeq', ['@bob', 0, 4], '/fromSeq'],
  ['a range of 501', 'getMessagesBySeq', ['@bob', 1, 501], '/toSeq'],
  ['a range without an end', 'getMessagesBySeq', ['@bob', 1], '/toSeq'],
  ['a cursor that is a number', 'getUpdates', [1], '/cursor'],
  ['a cursor of elsewhere', 'getUpdates', ['999999'], '/cursor'],
  ['a cursor that is none', 'getUpdates', ["0' OR 1"], '/cursor'],
  ['a cursor of 65 characters', 'getUpdates', ['1'.repeat(65)], '/cursor'],
  ['a limit of nothing', 'getUpdates', ['0', 0], '/limit'],
  ['a limit of 501', 'getUpdates', ['0', 501], '/limit'],
  ['a tag that is a number', 'findUsersByTag', [1], '/tag'],
  ['no tag', 'findUsersByTag', {}, '/tag'],
  ['a query that is a number', 'findUsers', [1], '/query'],
  ['a query that is null', 'findUsers', [null], '/query'],
  ['no query', 'findUsers', [], '/query'],
  ['a parameter where there is none', 'getSelfInfo', [1]]
]

t.test('invalid parameters are refused and change nothing', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  const bob = await (await server.signUp('bob')).connect()

  for (const [why, method, params, path] of refused) {
    const { data, ...error } = await ann.refusal(method, params as unknown[])
    t.same(error, { code: -32602, message: 'Invalid params' }, `${method}: ${why}`)
    t.match(data, { name: 'InvalidParamsError', message: /./ }, why)
    t.equal(data?.path, path, why)
  }
  t.same(await bob.rest(), [])
  t.same(await ann.call('getDialogsList'), [])
})

t.test('texts at the limit of what is valid are accepted', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  const bob = await (await server.signUp('bob')).connect()

  for (const text of ['x', ' ', emoji.repeat(2048), '\u0000', '"\\\n\u2028']) {
    t.match(await ann.call('sendMessageToUser', ['@bob', text]), { message: { text } })
    t.match(await bob.notification(), { body: { text } })
    t.match(await bob.call('getMessagesWithUser', ['@ann', 0, 1]), [{ text }])
  }
})
