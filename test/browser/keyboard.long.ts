import type { Page } from 'playwright-core'
import t from 'tap'
import { testInChromium } from '../helpers/browser/chromium.js'
import { anna, boris, meet } from '../helpers/browser/people.js'
import { openWindow } from '../helpers/browser/window.js'

/** Key events of Safari when a key ends a composition: `compositionend` comes first. */
const pressAsSafari = (page: Page, selector: string, key: string) =>
  page.evaluate(
    `document.querySelector('${selector}').dispatchEvent(
      new KeyboardEvent('keydown', { key: '${key}', keyCode: 229, isComposing: false, bubbles: true, cancelable: true }))`
  )

/** Begins a composition in the focused field, like an input method. */
async function compose(page: Page, text: string) {
  const session = await page.context().newCDPSession(page)
  await session.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
  return {
    /** Presses a key during the composition. */
    press: async (key: string) => {
      await session.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text: key === 'Enter' ? '\r' : '' })
      await session.send('Input.dispatchKeyEvent', { type: 'keyUp', key })
    },
    end: () => session.send('Input.insertText', { text })
  }
}

await testInChromium(t, 'the keys of an input method', async (t, browser, { url }) => {
  const annas = await openWindow(browser, url)
  const boriss = await openWindow(browser, url)
  const { page } = annas

  await t.test('Enter within a composition does not send the log-in form', async (t) => {
    const requests: string[] = []
    page.on('request', (request) => request.method() === 'POST' && requests.push(request.url()))
    await page.getByLabel('Password').focus()
    const { press, end } = await compose(page, 'にほん')
    await press('Enter')
    await end()
    await pressAsSafari(page, '#login-password', 'Enter')
    t.equal(await page.getByLabel('Password').inputValue(), 'にほん')
    t.same(requests, [])
    await page.keyboard.press('Enter')
    await annas.sees('The e-mail or the password is wrong.')
    t.equal(requests.length, 1, 'Enter after it does')
  })

  await meet(annas, boriss)

  await t.test('Enter within a composition does not send the message', async (t) => {
    await page.getByLabel('Message').focus()
    const { press, end } = await compose(page, 'こんにちは')
    await press('Enter')
    await end()
    await pressAsSafari(page, '#message-text', 'Enter')
    await page.keyboard.type(' 世界')
    await page.keyboard.press('Enter')
    await annas.seesMessage('こんにちは 世界', 'Read')
    t.same(await boriss.texts(), ['Hello', 'こんにちは 世界'])
  })

  await t.test('Escape and the arrows within a composition leave the search as it is', async (t) => {
    const field = page.getByLabel('Find people')
    await field.fill('bor')
    await page.getByRole('list', { name: 'People found' }).getByRole('link', { name: 'Boris' }).waitFor()
    const { press, end } = await compose(page, 'い')
    await press('Escape')
    await press('ArrowDown')
    await end()
    for (const key of ['Escape', 'ArrowDown']) await pressAsSafari(page, '#search', key)
    t.equal(await field.inputValue(), 'borい')
    t.equal(await field.evaluate((node) => node === node.ownerDocument.activeElement), true)
    await page.keyboard.press('Escape')
    await annas.comesTrue("document.getElementById('search').value === ''")
  })

  await t.test('Enter and Escape within a composition neither save the profile nor close it', async (t) => {
    await page.getByRole('button', { name: 'Your profile' }).click()
    const field = page.getByLabel('First name')
    await field.fill('')
    const { press, end } = await compose(page, '花子')
    await press('Escape')
    await press('Enter')
    await end()
    for (const key of ['Escape', 'Enter']) await pressAsSafari(page, '#profile-first-name', key)
    t.equal(await page.getByRole('dialog').isVisible(), true)
    t.equal(await field.inputValue(), '花子')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    t.equal(await page.getByRole('button', { name: 'Your profile: Anna Berg' }).isVisible(), true, 'nothing was saved')
  })

  t.same([...annas.complaints(), ...boriss.complaints()], [], 'the console is silent')
})

await testInChromium(t, 'Enter on a touch screen', async (t, browser, { url }) => {
  const annas = await openWindow(browser, url, {
    viewport: { width: 390, height: 780 },
    hasTouch: true,
    isMobile: true
  })
  const boriss = await openWindow(browser, url)
  await annas.signUp(anna)
  await boriss.signUp(boris)
  const field = annas.page.getByLabel('Message')

  await t.test('makes a new line, and the button sends', async (t) => {
    await annas.find('boris', 'Boris Berg')
    await field.pressSequentially('One')
    await annas.page.keyboard.press('Enter')
    await annas.page.keyboard.type('two')
    t.equal(await field.inputValue(), 'One\ntwo')
    t.equal(await field.getAttribute('enterkeyhint'), 'enter')
    await annas.page.getByRole('button', { name: 'Send' }).tap()
    await annas.seesMessage('One two', 'Sent')
  })

  await t.test('with Ctrl it sends there as well', async (t) => {
    await field.pressSequentially('Three')
    await annas.page.keyboard.press('Control+Enter')
    await annas.seesMessage('Three', 'Sent')
    t.equal(await field.inputValue(), '')
  })

  await t.test('sends on a device that also has a mouse', async (t) => {
    await boriss.page.addInitScript("Object.defineProperty(navigator, 'maxTouchPoints', { value: 10 })")
    await boriss.page.reload()
    await boriss.open('Anna Berg')
    t.equal(await boriss.page.getByLabel('Message').getAttribute('enterkeyhint'), 'send')
    await boriss.write('Four')
    await annas.seesMessage('Four')
  })
})
