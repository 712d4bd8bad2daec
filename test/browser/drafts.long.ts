import t from 'tap'
import { testInChromium } from '../helpers/browser/chromium.js'
import { anna, boris, openPair } from '../helpers/browser/people.js'
import { openTab, openWindow, type Window } from '../helpers/browser/window.js'

const textOf = ({ page }: Window) => page.getByLabel('Message').inputValue()

await testInChromium(t, 'a draft', async (t, browser, { url }) => {
  const [annas, boriss] = await openPair(browser, url)
  const { page } = annas
  const field = page.getByLabel('Message')

  await t.test('survives a reload, in its conversation', async (t) => {
    await field.pressSequentially('Half a thought')
    await page.keyboard.press('Shift+Enter')
    await page.reload()
    await annas.comesTrue("document.getElementById('message-text').value === 'Half a thought\\n'")
    t.equal(await page.getByRole('button', { name: 'Send' }).isEnabled(), true)
  })

  await t.test('is each tab’s own', async (t) => {
    const second = await openTab(annas.context, url)
    await second.open('Boris Berg')
    t.equal(await textOf(second), '')
    await second.write('From another tab')
    await annas.seesMessage('From another tab')
    t.equal(await textOf(annas), 'Half a thought\n')
    await second.page.close()
  })

  await t.test('is gone when it was sent', async (t) => {
    await field.focus()
    await page.keyboard.press('Enter')
    await annas.seesMessage('Half a thought', 'Read')
    await page.reload()
    await annas.seesMessage('Half a thought')
    t.equal(await textOf(annas), '')
  })

  await t.test('survives the end of the session, for the same user', async (t) => {
    await field.fill('To be continued')
    await annas.context.clearCookies()
    await page.reload()
    await annas.logIn(anna)
    await annas.open('Boris Berg')
    t.equal(await textOf(annas), 'To be continued')
  })

  await t.test('is not shown to another user of the tab, nor kept for the first one', async (t) => {
    await annas.context.clearCookies()
    await page.reload()
    await annas.logIn(boris)
    await annas.open('Anna Berg')
    t.equal(await textOf(annas), '')
    t.equal(await page.evaluate('sessionStorage.length'), 0)
    await page.getByRole('button', { name: 'Log out' }).click()
    await annas.logIn(anna)
    await annas.open('Boris Berg')
    t.equal(await textOf(annas), '')
  })

  await t.test('is gone after a log-out, also one in another tab', async (t) => {
    const second = await openTab(annas.context, url)
    await field.fill('A secret')
    await second.line('Boris Berg').waitFor()
    await second.page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('button', { name: 'Log in' }).waitFor()
    t.equal(await page.evaluate('sessionStorage.length'), 0)
    await annas.logIn(anna)
    await annas.open('Boris Berg')
    t.equal(await textOf(annas), '')
  })

  const storages = [
    {
      why: 'is blocked',
      script: "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no') } })"
    },
    {
      why: 'is full',
      script: "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') }"
    },
    { why: 'holds something else', script: "sessionStorage.setItem('messenger.drafts', '[1]')" }
  ]
  for (const { why, script } of storages) {
    await t.test(`lasts as long as the page where the storage ${why}`, async (t) => {
      const window = await openWindow(browser, 'about:blank')
      await window.page.addInitScript(script)
      await window.page.goto(url)
      await window.logIn(anna)
      await window.open('Boris Berg')
      await window.page.getByLabel('Message').fill('Only here')
      await window.page.goBack()
      await window.open('Boris Berg')
      t.equal(await textOf(window), 'Only here')
      await window.write('!')
      await boriss
        .line('Anna Berg')
        .getByText(/Only here!|!Only here/)
        .waitFor()
      t.same(window.complaints(), [])
      await window.context.close()
    })
  }

  t.same([...annas.complaints(), ...boriss.complaints()], [], 'the console is silent')
})
