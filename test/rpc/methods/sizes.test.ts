import t from 'tap'
import { eve, startServer } from '../../helpers/server.js'

const emoji = '👍'
const x = (length: number) => 'x'.repeat(length)

/** Values of maximum length: with one more character they are refused. */
const accountFields: [field: keyof typeof eve, longest: string][] = [
  ['tag', `@e${x(31)}`],
  ['firstName', `E${x(63)}`],
  ['lastName', `E${x(63)}`],
  ['email', `${x(246)}@x.examp`],
  ['password', x(256)]
]

t.test('a field of an account that is too long is refused and never cut off', async (t) => {
  const server = await startServer(t)
  const signUp = (user: object) => server.post('/signup', { user })
  for (const [index, [field, longest]] of accountFields.entries()) {
    const user = { ...eve, tag: `@eve${index}`, email: `eve${index}@test.example`, [field]: longest }
    const tooLong = await signUp({ ...user, [field]: `${longest}x` })
    t.equal(tooLong.status, 400, `${field} of ${longest.length + 1}`)
    t.match(await tooLong.json(), { Error: { details: [{ path: `/user/${field}` }] } })
    t.equal((await signUp(user)).status, 200, `${field} of ${longest.length}`)
    const { email, password } = user
    t.equal((await server.post('/login', { user: { email, password } })).status, 200)
  }
  for (const field of ['email', 'password']) {
    const longest = accountFields.find(([name]) => name === field)?.[1]
    const { status } = await server.post('/login', { user: { email: eve.email, password: '', [field]: `${longest}x` } })
    t.equal(status, 400, `a log-in with such ${field}`)
  }
})

t.test('the body of a sign-up or a log-in has at most 16 KiB', async (t) => {
  const server = await startServer(t)
  const headers = { 'content-type': 'application/json' }
  for (const path of ['/signup', '/login']) {
    for (const [bytes, status] of [
      [16_384, 400],
      [16_385, 413]
    ] as const) {
      const response = await fetch(server.url + path, { method: 'POST', headers, body: `"${x(bytes - 2)}"` })
      t.equal(response.status, status, `${path}: ${bytes}`)
    }
  }
})

t.test('parameters of maximum length are accepted, and longer ones are refused', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  const bob = await (await server.signUp('bob')).connect()
  const calls: [method: string, longest: unknown[], tooLong: unknown[], path: string][] = [
    ['sendMessageToUser', ['@bob', x(4096)], ['@bob', x(4097)], '/text'],
    ['sendMessageToUser', ['@bob', emoji.repeat(2048)], ['@bob', `${emoji.repeat(2048)}x`], '/text'],
    ['sendMessageToUser', ['@bob', 'hello', x(64)], ['@bob', 'hello', x(65)], '/clientMessageId'],
    ['markMessagesWithUserAsRead', [x(256)], [x(257)], '/senderTag'],
    ['findUsersByTag', [x(256)], [x(257)], '/tag'],
    ['findUsers', [x(256)], [x(257)], '/query'],
    ['setSelfInfo', [`A${x(63)}`, ''], [`A${x(64)}`, ''], '/firstName'],
    ['getDialogsList', [1, 501], [0, 501], '/endIndex'],
    ['getMessagesWithUser', ['@bob', 1, 501], ['@bob', 0, 501], '/endIndex'],
    ['getMessagesBySeq', ['@bob', 2, 501], ['@bob', 1, 501], '/toSeq']
  ]
  for (const [method, longest, tooLong, path] of calls) {
    const { code, data } = await ann.refusal(method, tooLong)
    t.match({ code, path: data?.path }, { code: -32602, path }, `${method} ${path}`)
    t.match(data?.message, /^(must|asks)/, 'it says why')
    await t.resolves(ann.call(method, longest), `${method} with less`)
  }
  const texts = (await bob.rest()).filter(({ code }) => code === 3001).map(({ body }) => body.text)
  t.same(texts, [x(4096), emoji.repeat(2048), 'hello'], 'what is accepted is whole')
})

t.test('the sizes of a frame and of a batch are limited', async (t) => {
  const server = await startServer(t)
  const ann = await (await server.signUp('ann')).connect()
  const call = '{"jsonrpc":"2.0","method":"getSelfInfo","id":1}'
  const batch = (calls: number) => `[${Array(calls).fill(call)}]`
  t.equal(((await ann.ask(batch(50))) as unknown[]).length, 50)
  t.match(await ann.ask(batch(51)), { error: { code: -32600, data: { message: 'A batch has 50 calls at most.' } } })
  t.match(await ann.ask(call.padEnd(65_536)), { result: { tag: '@ann' } })
  ann.socket.send(call.padEnd(65_537))
  t.match(await ann.closed, { code: 1009 })
})
