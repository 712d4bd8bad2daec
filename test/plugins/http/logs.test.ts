import { Writable } from 'node:stream'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { AppError } from '../../../src/errors.js'
import { loggerOptions } from '../../../src/plugins/http/logs.js'
import { createDevice } from '../../helpers/device.js'
import { startMessenger } from '../../helpers/messengerProcess.js'
import { exchange } from '../../helpers/rawHttp.js'
import { startServer } from '../../helpers/server.js'

interface Line {
  [key: string]: unknown
  reqId?: string
  path?: string
}

/** Starts a server in a process of its own, and collects what it writes until it ends. */
async function startLogging(t: Test, LOG_LEVEL: string) {
  const messenger = await startMessenger(t, { dir: t.testdir(), environment: { LOG_LEVEL, RATE_LIMITS: 'off' } })
  let text = ''
  messenger.child.stdout?.on('data', (chunk) => {
    text += chunk
  })
  async function end() {
    await messenger.end('SIGTERM')
    const lines: Line[] = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    return { text, lines }
  }
  const post = (path: string, body: string, headers = {}) =>
    fetch(messenger.url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
  return { messenger, post, end }
}

t.test('a request has one log line, which contains no secret', async (t) => {
  const { messenger, post, end } = await startLogging(t, 'info')
  const { url } = messenger
  const cookie = await messenger.signUp('ann')
  const bob = await messenger.signUp('bob')
  const logIn = (email: string, password: string) => post('/login', JSON.stringify({ user: { email, password } }))
  await logIn('ann@test.example', 'secret')
  await logIn('ann@test.example', 'wrong-password')
  await logIn('nobody@test.example', 'wrong-password')
  await fetch(`${url}/exit?token=hidden`)
  await fetch(`${url}/nowhere?token=hidden`, { headers: { authorization: 'Bearer hidden' } })
  await exchange(url, 'GET /%zz?token=hidden HTTP/1.1\r\nhost: x\r\n\r\n')
  await exchange(url, 'hidden\r\n\r\n')
  const params = ['@bob', 'hidden words']
  await post('/rpc', JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'sendMessageToUser', params }), { cookie })
  await post('/rpc', '{"hidden words', { cookie })

  const device = await messenger.connect(cookie)
  await device.call('sendMessageToUser', params)
  await device.ask('{"hidden words')
  await device.ask('{"method":"hidden words"}')
  device.socket.send('hidden'.repeat(20_000))
  await device.closed
  await createDevice(`${url.replace('http', 'ws')}/api?token=hidden`).closed
  const elsewhere = createDevice(`${url.replace('http', 'ws')}/exit`, bob)
  await new Promise((resolve) => elsewhere.socket.on('error', resolve))

  const { lines, text } = await end()
  const requests = lines.filter(({ path }) => path)
  t.match(
    requests.map(({ method, path, status, event }) => [method, path, status, event]),
    [
      ['POST', '/signup', 200, 'signup'],
      ['POST', '/signup', 200, 'signup'],
      ['POST', '/login', 200, 'login'],
      ['POST', '/login', 401, 'loginFailed'],
      ['POST', '/login', 401, 'loginFailed'],
      ['GET', '/exit', 200, undefined],
      ['GET', '/nowhere', 404, undefined],
      ['GET', '/%zz', 400, undefined],
      ['POST', '/rpc', 200, undefined],
      ['POST', '/rpc', 200, undefined],
      ['GET', '/api', 101, undefined],
      ['GET', '/api', 101, undefined],
      ['GET', '/exit', 404, undefined]
    ]
  )
  const [annsSignup, , annsLogin, annsFailure, nobodysFailure] = requests
  t.match(annsSignup?.userId, /^[0-9a-f]{24}$/)
  t.equal(annsLogin?.userId, annsSignup?.userId)
  t.equal(annsFailure?.userId, annsSignup?.userId)
  t.equal(nobodysFailure?.userId, undefined)
  t.equal(requests.at(-3)?.userId, annsSignup?.userId, 'whose connection it is')
  t.equal(new Set(requests.map(({ reqId }) => reqId)).size, requests.length, 'each has its id')
  for (const { durationMs, status } of requests) t.ok(status === 101 || Number.isInteger(durationMs))

  const others = lines.filter(({ path, msg }) => !path && !String(msg).startsWith('Server listening'))
  t.match(others, [
    { code: 'HPE_INVALID_METHOD', address: '127.0.0.1' },
    { userId: annsSignup?.userId, refusal: 'ParseError' },
    { userId: annsSignup?.userId, refusal: 'ParseError' },
    { userId: annsSignup?.userId, refusal: 'InvalidRequestError' },
    { userId: annsSignup?.userId, code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' }
  ])
  t.notMatch(text, /hidden|secret|wrong-password|@test\.example|@bob|eyJ/)
})

t.test('a healthy server logs nothing at the level warn', async (t) => {
  const { messenger, post, end } = await startLogging(t, 'warn')
  const device = await messenger.connect(await messenger.signUp('ann'))
  await device.ask('{')
  await post('/login', '{')
  t.equal((await end()).text, '')
})

t.test('a fault of the server has one log line with its cause, which the client does not see', async (t) => {
  const server = await startServer(t, { config: { app: { logLevel: 'info' } } })
  const logs = { error: t.capture(server.app.log, 'error'), info: t.capture(server.app.log, 'info') }
  const ann = await server.signUp('ann')
  const device = await ann.connect()
  for (const log of Object.values(logs)) log()
  await server.app.db.close()

  const response = await server.post('/login', { user: { email: ann.email, password: ann.password } })
  t.same([response.status, await response.json()], [500, { Error: { name: 'ServerError', message: 'Server error' } }])
  t.match(logs.error(), [{ args: [{ method: 'POST', path: '/login', status: 500, err: Error }] }])
  t.same(logs.info(), [])

  t.same(await device.refusal('getSelfInfo'), { code: -32000, message: 'Server error' })
  t.match(logs.error(), [{ args: [{ kind: 'internal', cause: Error }] }])
  t.same(logs.info(), [])
})

t.test('errors bring no stored data into the log, and headers no credentials', async (t) => {
  let text = ''
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk
      done()
    }
  })
  const { log } = Fastify({ logger: { ...loggerOptions('info'), stream } })
  const failed = Object.assign(new Error('no room'), { code: 14, op: { text: 'hidden' }, result: ['hidden'] })
  log.error(failed)
  log.error(new AppError('internal', undefined, {}, failed))
  log.error(new AppError('internal', undefined, {}, { text: 'hidden' }))
  const circular = new Error('again')
  log.error(Object.assign(circular, { cause: circular }))
  const headers = { cookie: 'hidden', authorization: 'hidden', 'set-cookie': 'hidden', host: 'shown' }
  log.info({ headers })
  log.info({ req: { method: 'GET', url: '/x?token=hidden', headers } })
  log.info({ res: { headers } })

  t.notMatch(text, 'hidden')
  const [plain, wrapped, odd, turning, shown, request] = text.split('\n').map((line) => line && JSON.parse(line))
  t.match(plain, {
    level: 50,
    msg: 'no room',
    err: { type: 'Error', message: 'no room', code: 14, stack: /logs\.test/ }
  })
  t.match(wrapped, { msg: 'Server error', err: { type: 'ServerError', cause: { message: 'no room', code: 14 } } })
  t.match(odd, { err: { cause: { type: 'object' } } })
  t.match(turning, { err: { cause: { message: 'again' } } })
  t.match(shown, { headers: { host: 'shown' } })
  t.match(request, { req: { method: 'GET', path: '/x' } })
})
