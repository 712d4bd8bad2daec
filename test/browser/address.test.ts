import t from 'tap'
import { testInChromium } from '../helpers/browser/chromium.js'
import { boris, meet, openWindow } from '../helpers/browser/window.js'

await testInChromium(t, 'the address names whose conversation is open', async (t, browser, { url }) => {
  const annas = await openWindow(browser, url)
  const boriss = await openWindow(browser, url)
  await meet(annas, boriss)
  const { page } = annas
  const go = async (hash: string) => {
    await page.goto('about:blank')
    await page.goto(url + hash)
  }

  const spellings = [
    '#@boris',
    '#%40boris',
    '#%40BORIS',
    '#@Boris',
    '#boris',
    '#@boris/',
    '#/@boris',
    '#@boris%20',
    '#%20boris'
  ]
  for (const hash of spellings) {
    await t.test(`it is read as others write it: ${hash}`, async () => {
      await go(`/${hash}`)
      await annas.sees('@boris · online')
      await annas.seesMessage('Hello')
    })
  }

  const nobodies = [
    { hash: '#@nobody', said: 'There is nobody with the tag @nobody.' },
    { hash: '#nobody', said: 'There is nobody with the tag @nobody.' },
    { hash: '#@b%C3%B8ris', said: 'There is nobody with the tag @børis.' },
    { hash: '#%40boris%', said: 'There is nobody with the tag @boris%.' },
    { hash: '#%E0%A4%A', said: 'There is nobody with the tag @%E0%A4%A.' },
    { hash: `#@${'x'.repeat(1000)}`, said: `There is nobody with the tag @${'x'.repeat(39)}….` },
    { hash: '#@bor', said: 'There is nobody with the tag @bor.' },
    { hash: '#@Anna', said: '@Anna is your own tag.' }
  ]
  for (const { hash, said } of nobodies) {
    await t.test(`a tag that is nobody’s is not passed over: ${hash.slice(0, 20)}`, async (t) => {
      await go(`/${hash}`)
      await annas.sees(said)
      t.equal(new URL(page.url()).hash, '')
      t.equal(await page.getByRole('log').isVisible(), false)
    })
  }

  await t.test('it may change while a conversation is open, back and forth', async (t) => {
    await go('/#%40boris')
    await annas.sees('@boris · online')
    await page.evaluate("location.hash = '#%40nobody'")
    await annas.sees('There is nobody with the tag @nobody.')
    await page.getByRole('log').waitFor({ state: 'hidden' })
    await page.goBack()
    await annas.sees('@boris · online')
    await page.goForward()
    await page.getByRole('log').waitFor({ state: 'hidden' })
    await page.evaluate("location.hash = 'Boris'")
    await annas.write('Still the same')
    await boriss.open('Anna Berg')
    await boriss.seesMessage('Still the same')
    t.same(await annas.texts(), ['Hello', 'Still the same'])
  })

  await t.test('it is kept over a log-in', async () => {
    const window = await openWindow(browser, `${url}/#%40anna`)
    await window.logIn(boris)
    await window.sees('@anna · online')
    await window.context.close()
  })

  t.same([...annas.complaints(), ...boriss.complaints()], [], 'the console is silent')
})

const languages = [
  { why: 'are no names of languages', value: "['en-US@posix', 'x']" },
  { why: 'are the C locale', value: "['C']" },
  { why: 'are none', value: '[]' },
  { why: 'are empty texts', value: "['', 'en_GB.UTF-8']" },
  { why: 'are missing', value: 'undefined' }
]
for (const { why, value } of languages) {
  await testInChromium(t, `a browser whose languages ${why}`, async (t, browser, { url }) => {
    const annas = await openWindow(browser, 'about:blank')
    await annas.page.addInitScript(`Object.defineProperty(navigator, 'languages', { get: () => ${value} })`)
    await annas.page.goto(url)
    const boriss = await openWindow(browser, url)
    await meet(annas, boriss)
    await annas
      .line('Boris Berg')
      .getByText(/^\d\d:\d\d$/)
      .waitFor()
    t.same(annas.complaints(), [])
  })
}

await testInChromium(t, 'a browser that was started with en-US@posix', async (t, browser, { url }) => {
  const annas = await openWindow(browser, url, { locale: 'en-US@posix' })
  const boriss = await openWindow(browser, url)
  await meet(annas, boriss)
  t.same(annas.complaints(), [])
})
