import t, { type Test } from 'tap'
import { testInChromium } from '../helpers/browser/chromium.js'
import { boris, openPair } from '../helpers/browser/people.js'
import { openWindow, type Window } from '../helpers/browser/window.js'

await testInChromium(t, 'the address names the open conversation', async (t, browser, { url }) => {
  const [annas, boriss] = await openPair(browser, url)
  const { page } = annas
  const go = async (hash: string) => {
    await page.evaluate("location.hash = ''")
    await page.getByRole('log').waitFor({ state: 'hidden' })
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
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
      await go(hash)
      await annas.sees('@boris · online')
      await annas.seesMessage('Hello')
    })
  }

  const nobodies = [
    { hash: '#@nobody', said: 'There is nobody with the tag @nobody.' },
    { hash: '#noone', said: 'There is nobody with the tag @noone.' },
    { hash: '#@b%C3%B8ris', said: 'There is nobody with the tag @børis.' },
    { hash: '#%40boris%', said: 'There is nobody with the tag @boris%.' },
    { hash: '#%E0%A4%A', said: 'There is nobody with the tag @%E0%A4%A.' },
    { hash: `#@${'x'.repeat(1000)}`, said: `There is nobody with the tag @${'x'.repeat(39)}….` },
    { hash: '#@bor', said: 'There is nobody with the tag @bor.' },
    { hash: '#@Anna', said: '@Anna is your own tag.' }
  ]
  for (const { hash, said } of nobodies) {
    await t.test(`a tag that belongs to nobody is reported: ${hash.slice(0, 20)}`, async (t) => {
      await go(hash)
      await annas.sees(said)
      await annas.comesTrue("location.hash === ''")
      t.equal(await page.getByRole('log').isVisible(), false)
    })
  }

  await t.test('it is read when the page is opened', async () => {
    for (const [hash, said] of [
      ['#%40BORIS', '@boris · online'],
      ['#nobody', 'There is nobody with the tag @nobody.']
    ]) {
      await page.goto('about:blank')
      await page.goto(`${url}/${hash}`)
      await annas.sees(said as string)
    }
  })

  await t.test('it may change back and forth while a conversation is open', async (t) => {
    await go('#%40boris')
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
  { why: 'are not names of languages', value: "['en-US@posix', 'x']" },
  { why: 'are the C locale', value: "['C']" },
  { why: 'are an empty list', value: '[]' },
  { why: 'are empty texts', value: "['', 'en_GB.UTF-8']" },
  { why: 'are missing', value: 'undefined' }
]
await testInChromium(t, 'a browser with unusable languages shows times', async (t, browser, { url }) => {
  const [annas] = await openPair(browser, url)
  const storageState = await annas.context.storageState()

  async function readHello(t: Test, window: Window) {
    await window.line('Boris Berg').click()
    await window.seesMessage('Hello', 'Read')
    await window
      .line('Boris Berg')
      .getByText(/^\d\d:\d\d$/)
      .waitFor()
    t.same(window.complaints(), [], 'the console is silent')
    await window.context.close()
  }

  for (const { why, value } of languages) {
    await t.test(`its languages ${why}`, async (t) => {
      const window = await openWindow(browser, 'about:blank', { storageState })
      await window.page.addInitScript(`Object.defineProperty(navigator, 'languages', { get: () => ${value} })`)
      await window.page.goto(url)
      await readHello(t, window)
    })
  }
  await t.test('it was started with en-US@posix', async (t) =>
    readHello(t, await openWindow(browser, url, { locale: 'en-US@posix', storageState }))
  )
})
