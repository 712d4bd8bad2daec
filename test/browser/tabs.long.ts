import t from 'tap'
import { testInChromium } from '../helpers/browser/chromium.js'
import { anna, boris, openPair } from '../helpers/browser/people.js'
import { openTab, openWindow } from '../helpers/browser/window.js'

const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64'
)

await testInChromium(t, 'one person in several tabs', async (t, browser, { url }) => {
  const [annas, boriss] = await openPair(browser, url)

  await t.test('a reload keeps the session and the conversation', async () => {
    await annas.page.reload()
    await annas.seesMessage('Hello', 'Read')
  })

  const second = await openTab(annas.context, url)

  await t.test('a second tab of the same user stays in step', async () => {
    await second.open('Boris Berg')
    await annas.write('From the first tab')
    await second.seesMessage('From the first tab', 'Read')
    await second.write('From the second tab')
    await annas.seesMessage('From the second tab', 'Read')
    await annas.page.goBack()
    await boriss.write('Read in one tab')
    await second.seesMessage('Read in one tab')
    await annas.line('Boris Berg').getByText('Read in one tab').waitFor()
    await annas.line('Boris Berg').getByText('unread').waitFor({ state: 'hidden' })
  })

  await t.test('a new name is seen by both people and in both tabs', async () => {
    await second.page.getByRole('button', { name: 'Your profile' }).click()
    await second.page.getByLabel('Last name').fill('Berg--Lind')
    await second.page.getByRole('button', { name: 'Save' }).click()
    await second.sees('Only letters; between words a blank, a hyphen, an apostrophe or a dot')
    await second.page.getByLabel('Last name').fill('Berg-Lind')
    await second.page.keyboard.press('Enter')
    await annas.page.getByRole('button', { name: 'Your profile: Anna Berg-Lind' }).waitFor()
    await boriss.page.getByRole('heading', { name: 'Anna Berg-Lind' }).waitFor()
  })

  await t.test('a new picture is seen by both, and a file that is not a picture is refused', async () => {
    const { page } = annas
    await page.bringToFront()
    await page.getByRole('button', { name: 'Your profile' }).click()
    const file = page.getByLabel('Change picture')
    await file.setInputFiles({ name: 'note.png', mimeType: 'image/png', buffer: Buffer.from('not a picture') })
    await page.getByRole('button', { name: 'Save' }).click()
    await annas.sees('This file is not a PNG, JPEG, WebP or GIF picture')
    await page.getByRole('dialog').getByText('AB', { exact: true }).waitFor()
    await file.setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: dot })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })

    const isShownIn = (place: string) => `document.querySelector('${place} img')?.naturalWidth === 512`
    await annas.comesTrue(isShownIn('#show-profile'))
    await second.comesTrue(isShownIn('#show-profile'))
    await boriss.comesTrue(isShownIn('#dialogs'))
    await boriss.comesTrue(isShownIn('#peer-avatar'))
  })

  await t.test('a log-out or log-in holds in all tabs', async () => {
    await annas.page.getByRole('button', { name: 'Log out' }).click()
    await second.page.getByRole('button', { name: 'Log in' }).waitFor()
    await boriss.sees('@anna · last seen at ')
    await annas.page.reload()
    await annas.logIn(anna)
    await second.seesTitle('Messenger')
    await second.line('Boris Berg').waitFor()
    await boriss.sees('@anna · online')
  })

  await t.test('a phone shows one pane at a time', async (t) => {
    const phone = await openWindow(browser, url, {
      viewport: { width: 390, height: 780 },
      hasTouch: true,
      isMobile: true
    })
    await phone.logIn(boris)
    await phone.open('Anna Berg-Lind')
    await phone.seesMessage('Hello')
    t.equal(await phone.line('Anna Berg-Lind').isVisible(), false)
    await phone.page.getByRole('button', { name: 'Back to the chats' }).click()
    await phone.line('Anna Berg-Lind').waitFor()
    t.equal(await phone.page.getByRole('log').isVisible(), false)
    t.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390, 'nothing is wider than the screen')
    t.same(phone.complaints(), [])
  })

  t.same(
    [annas, boriss, second].flatMap((window) => window.complaints()),
    [],
    'the console is silent'
  )
})
