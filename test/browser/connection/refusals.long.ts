import t from 'tap'
import { testInChromium } from '../../helpers/browser/chromium.js'
import { boris } from '../../helpers/browser/people.js'
import { openWindow } from '../../helpers/browser/window.js'
import { eve } from '../../helpers/server.js'

const shared = 'Everybody in your network has the same address.'
const limitedTo = (rate: object) => ({ config: { app: { rateLimits: 'on' }, rate: { ...rate } } })

await testInChromium(
  t,
  'a first attempt names the limit that others have reached',
  async (t, browser, server) => {
    await server.signUp('carol')
    await server.post('/signup', { user: eve })
    const boriss = await openWindow(browser, server.url)

    await t.test('at a sign-up from an address that others use', async () => {
      await boriss.tryToSignUp(boris)
      await boriss.sees(`Too many sign-ups from this address. ${shared} Try again in 60 min.`)
      await boriss.page.getByRole('button', { name: 'Use my account' }).click()
    })

    await t.test('at a log-in to an account of which passwords were guessed', async () => {
      const wrong = { user: { email: 'carol@test.example', password: 'wrong' } }
      await server.post('/login', wrong)
      await boriss.logIn({ email: 'carol@test.example', password: 'carol-secret' })
      await boriss.sees(`Too many failed log-ins to this account from this address. ${shared} Try again in 15 min.`)
    })

    await t.test('at a log-in from an address that guessed passwords of others', async () => {
      await server.post('/login', { user: { email: 'dora@test.example', password: 'wrong' } })
      await boriss.logIn(boris)
      await boriss.sees(`Too many failed log-ins from this address. ${shared} Try again in 12 h.`)
    })
  },
  limitedTo({ signupsPerHour: 1, signupBurst: 1, failedLogIns: 1, failedLogInsOfAddressPerDay: 2 })
)

await testInChromium(
  t,
  'the page names a busy network',
  async (_, browser, server) => {
    const boriss = await openWindow(browser, server.url)
    for (let request = 0; request < 3; request++) await fetch(`${server.url}/login`, { method: 'POST' })
    await boriss.logIn(boris)
    await boriss.sees(`Too many requests from this address. ${shared} Try again in`)
  },
  limitedTo({ requestsPerMinute: 3 })
)

await testInChromium(t, 'a refusal of a proxy is shown as such', async (t, browser, server) => {
  const boriss = await openWindow(browser, server.url)
  const answers: { status: number; headers: Record<string, string>; said: string }[] = [
    {
      status: 429,
      headers: { 'retry-after': '7' },
      said: 'A proxy on the way to the server refused this. Try again in 7 s.'
    },
    { status: 429, headers: {}, said: 'A proxy on the way to the server refused this. Try again in a moment.' },
    { status: 413, headers: {}, said: 'This is too large for the server.' },
    { status: 503, headers: {}, said: 'The server has too much to do. Try again in a moment.' },
    { status: 400, headers: {}, said: 'A proxy on the way to the server refused this.' }
  ]
  for (const { status, headers, said } of answers) {
    await t.test(`with ${status} and a body that is not this server's`, async () => {
      await boriss.page.route('**/login', (route) => route.fulfill({ status, headers, body: '<h1>No</h1>' }))
      await boriss.logIn(boris)
      await boriss.sees(said)
      await boriss.page.unroute('**/login')
    })
  }
})
