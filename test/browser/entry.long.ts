import t from 'tap'
import { testInChromium } from '../helpers/browser/chromium.js'
import { anna, openPair } from '../helpers/browser/people.js'
import { openWindow } from '../helpers/browser/window.js'

// Over plain HTTP, Chromium keeps a secure cookie of 127.0.0.1, but not of another name.
const elsewhere = { args: ['--host-resolver-rules=MAP chat.test 127.0.0.1'], config: { cookie: { secure: true } } }

await testInChromium(
  t,
  'a browser that keeps no cookie',
  async (t, browser, { url }) => {
    const annas = await openWindow(browser, url.replace('127.0.0.1', 'chat.test'))
    const { page } = annas
    const advice =
      'this browser did not keep the cookie that logs you in. Allow cookies for this page, or open it with https://'

    await t.test('says so after a sign-up, whose account is ready', async (t) => {
      await annas.tryToSignUp(anna)
      await annas.sees(`Your account is ready, but ${advice}`)
      t.equal(await page.getByRole('button', { name: 'Log in' }).isVisible(), true)
    })

    await t.test('says so after a log-in, until it is solved', async (t) => {
      await annas.logIn({ ...anna, password: 'wrong-secret' })
      await annas.sees('The e-mail or the password is wrong.')
      await annas.logIn(anna)
      await annas.sees(`Your password is right, but ${advice}`)
      t.equal(await page.getByRole('alert').filter({ hasText: advice }).count(), 1)
    })

    await t.test('says nothing before', async (t) => {
      await page.reload()
      await page.getByRole('button', { name: 'Log in' }).waitFor()
      t.equal(await page.getByText('cookie').count(), 0)
    })

    const complaints = annas.complaints().filter((text) => !text.startsWith('The Cross-Origin-Opener-Policy header'))
    t.same(complaints, [], 'the console is silent, but for what any page over HTTP is told')
  },
  elsewhere
)

await testInChromium(t, 'a session that ends', async (t, browser, { url, app }) => {
  const [annas] = await openPair(browser, url)

  await t.test('is not reported as a cookie that was not kept', async (t) => {
    const [cookie] = await annas.context.cookies()
    const { jti } = app.jwt.decode<{ jti: string; data: { _id: string } }>(cookie?.value ?? '') ?? {}
    const session = await app.sessions.find(jti as string)
    t.ok(session)
    if (session) await app.sessions.end(session)
    // The message is in the form and stays until the user is back.
    await annas.page.locator('#login').getByText('Your session has ended. Please log in again.').waitFor()
    t.equal(await annas.page.getByText('cookie').count(), 0)
  })

  await t.test('keeps the text in another tab’s log-in form', async (t) => {
    await annas.page.getByLabel('E-mail').fill('anna@x')
    const attempt = annas.page.waitForEvent('websocket')
    await annas.page.evaluate("new BroadcastChannel('messenger').postMessage('logged in')")
    const socket = await attempt
    if (!socket.isClosed()) await socket.waitForEvent('close')
    await annas.comesTrue("document.getElementById('login') !== null")
    t.equal(await annas.page.getByLabel('E-mail').inputValue(), 'anna@x')
  })
})

await testInChromium(t, 'a browser that keeps nothing at all', async (t, browser, { url }) => {
  const context = await browser.newContext({ locale: 'en-GB' })
  await context.addInitScript(`
    for (const name of ['sessionStorage', 'localStorage']) {
      Object.defineProperty(window, name, { get() { throw new DOMException('It is blocked.', 'SecurityError') } })
    }
    window.BroadcastChannel = class { constructor() { throw new DOMException('It is blocked.', 'SecurityError') } }`)
  const page = await context.newPage()
  await page.goto(url)
  await page.getByLabel('E-mail').waitFor()
  t.equal(await page.getByRole('button', { name: 'Log in' }).isVisible(), true, 'the page begins')
})

await testInChromium(t, 'a text that is too long', async (t, browser, { url }) => {
  const annas = await openWindow(browser, url)
  const { page } = annas
  const paste = async (label: string, text: string) => {
    await page.getByLabel(label).focus()
    await page.keyboard.insertText(text)
  }
  const isTooLong = (max: number) => annas.sees(`This is too long: at most ${max} characters are possible.`)

  await t.test('is not cut when it is pasted into the log-in form, and not sent', async (t) => {
    const requests: string[] = []
    page.on('request', (request) => request.method() === 'POST' && requests.push(request.url()))
    const password = 'p'.repeat(300)
    await paste('Password', password)
    await isTooLong(256)
    t.equal(await page.getByLabel('Password').inputValue(), password)
    await page.keyboard.press('Enter')
    await isTooLong(256)
    t.same(requests, [])
    await page.getByLabel('Password').fill('p'.repeat(256))
    await page.getByText('This is too long').waitFor({ state: 'hidden' })
    t.equal(await page.getByLabel('Password').getAttribute('aria-invalid'), null)
    await page.getByLabel('Password').fill('👋'.repeat(256))
    await page.getByLabel('Password').fill('e\u0301'.repeat(256))
    t.equal(await page.getByText('This is too long').count(), 0, 'counted as the server counts')
  })

  await t.test('is not cut in the sign-up form', async (t) => {
    await page.getByRole('button', { name: 'Create an account' }).click()
    const limits = [
      { label: 'Tag', text: `@${'a'.repeat(33)}`, max: 33 },
      { label: 'First name', text: `A${'a'.repeat(64)}`, max: 64 },
      { label: 'Last name', text: `A${'a'.repeat(64)}`, max: 64 },
      { label: 'E-mail', text: `${'a'.repeat(250)}@x.example`, max: 254 },
      { label: 'Password', text: 'a'.repeat(257), max: 256 }
    ]
    for (const { label, text, max } of limits) {
      await paste(label, text)
      await page.getByText(`This is too long: at most ${max} characters are possible.`).last().waitFor()
      t.equal(await page.getByLabel(label).inputValue(), text, label)
    }
    await page.keyboard.press('Enter')
    t.equal(await page.getByText('This is too long').count(), limits.length)
    t.equal(await page.getByLabel('Tag').evaluate((field) => field === field.ownerDocument.activeElement), true)
    await page.getByRole('button', { name: 'Use my account' }).click()
  })

  await t.test('is not cut in the search, and nobody is found', async (t) => {
    await annas.signUp(anna)
    await page.getByLabel('Find people').fill('x'.repeat(5000))
    await annas.sees(`Nobody was found for “${'x'.repeat(40)}…”.`)
    t.equal(await page.getByLabel('Find people').inputValue(), 'x'.repeat(5000))
    await page.getByLabel('Find people').fill('')
  })

  await t.test('is not cut in the profile', async () => {
    await page.getByRole('button', { name: 'Your profile' }).click()
    await paste('First name', 'a'.repeat(80))
    await isTooLong(64)
    await page.getByRole('button', { name: 'Cancel' }).click()
  })

  t.same(annas.complaints(), [], 'the console is silent')
})

await testInChromium(t, 'a user with one name', async (t, browser, { url }) => {
  const sukarnos = await openWindow(browser, url)
  const { page } = sukarnos
  await sukarnos.signUp({ ...anna, firstName: 'Sukarno', lastName: '' })
  const profile = page.getByRole('button', { name: 'Your profile' })
  t.match(await profile.textContent(), /Sukarno@anna/)

  await t.test('changes it, and needs no other', async () => {
    await profile.click()
    await page.getByLabel('First name').fill('Soekarno')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /^Your profile: Soekarno ?@anna$/ }).waitFor()
  })

  await t.test('gets a second one, and then cannot be without it', async () => {
    await profile.click()
    await page.getByLabel('Last name').fill('Putra')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Your profile: Soekarno Putra' }).waitFor()
    await profile.click()
    await page.getByLabel('Last name').fill('')
    await page.keyboard.press('Enter')
    await sukarnos.sees('Only letters; between words')
  })

  t.same(sukarnos.complaints(), [], 'the console is silent')
})
