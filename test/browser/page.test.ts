import t from 'tap'
import { testInChromium } from '../helpers/browser/chromium.js'
import { anna, boris } from '../helpers/browser/people.js'
import { openWindow } from '../helpers/browser/window.js'

await testInChromium(t, 'two people talk', async (t, browser, { url }) => {
  const annas = await openWindow(browser, url)
  const boriss = await openWindow(browser, `${url}/example`)

  await t.test('an invalid sign-up shows the error at its field', async () => {
    await boriss.tryToSignUp({ ...boris, firstName: 'b0ris', password: 'four' })
    await boriss.sees('Only letters; between words a blank, a hyphen, an apostrophe or a dot')
    await boriss.sees('The password must not have fewer than 5 characters.')
    await boriss.page.getByRole('button', { name: 'Use my account' }).click()
  })

  await t.test('two people sign up, under different tags', async () => {
    await annas.signUp(anna)
    await annas.sees('No conversations yet.')
    await boriss.tryToSignUp({ ...boris, tag: '@ANNA' })
    await boriss.sees('The tag is taken. Choose another one.')
    await boriss.page.getByLabel('Tag').fill('boris')
    await boriss.page.keyboard.press('Enter')
    await boriss.sees('No conversations yet.')
  })

  await t.test('one finds the other and says hello', async (t) => {
    await annas.find('bor', 'Boris Berg')
    await annas.sees('This is the beginning. Say hello to Boris Berg.')
    await annas.write('   ')
    await annas.write('Hello Boris')
    await annas.seesMessage('Hello Boris', 'Sent')
    t.equal(await annas.page.getByRole('log').getByRole('listitem').count(), 2, 'the day, and one message')

    const line = boriss.line('Anna Berg')
    await line.getByText('Hello Boris').waitFor()
    await line.getByText('online').waitFor()
    await line.getByText('1 unread').waitFor()
    await boriss.seesTitle('(1) Messenger')
  })

  await t.test('the other reads and answers', async () => {
    await boriss.open('Anna Berg')
    await boriss.seesMessage('Hello Boris')
    await boriss.seesTitle('Messenger')
    await annas.seesMessage('Hello Boris', 'Read')

    await boriss.write('Hello Anna, مرحبا 👋')
    await annas.seesMessage('Hello Anna, مرحبا 👋')
    await boriss.seesMessage('Hello Anna, مرحبا 👋', 'Read')
  })

  await t.test('a line break is typed with Shift, and text is never markup', async (t) => {
    await annas.page.getByLabel('Message').pressSequentially('<b>one</b>')
    await annas.page.keyboard.press('Shift+Enter')
    await annas.write('two')
    await boriss.seesMessage('<b>one</b> two')
    t.equal(await boriss.page.locator('#log b').count(), 0)
  })

  await t.test('a message to a user who looks away is not read', async () => {
    await boriss.page.evaluate('document.hasFocus = () => false')
    await annas.write('Are you there?')
    await boriss.seesTitle('(1) Messenger')
    await annas.seesMessage('Are you there?', 'Sent')
    await boriss.page.evaluate('delete document.hasFocus; window.dispatchEvent(new Event("focus"))')
    await annas.seesMessage('Are you there?', 'Read')
    await boriss.seesTitle('Messenger')
  })

  await t.test('a text that is too long is not sent, and stays', async (t) => {
    const field = annas.page.getByLabel('Message')
    await field.fill(`${'👋'.repeat(2048)}x`)
    await field.press('Enter')
    await annas.page.getByText('-1', { exact: true }).waitFor()
    await annas.sees('This message is too long by 1 character.')
    t.equal(await annas.page.getByRole('button', { name: 'Send' }).isDisabled(), true)
    await field.fill('👋'.repeat(2048))
    await field.press('Enter')
    await boriss.seesMessage('👋'.repeat(2048))
  })

  await t.test('a contact who is gone is shown as such', async () => {
    await boriss.page.getByRole('button', { name: 'Log out' }).click()
    await boriss.page.getByRole('button', { name: 'Log in' }).waitFor()
    await annas.sees('@boris · last seen at ')
  })

  await t.test('a wrong password is refused, the right one is not', async () => {
    await boriss.logIn({ ...boris, password: 'wrong-secret' })
    await boriss.sees('The e-mail or the password is wrong.')
    await boriss.page.getByLabel('Password').fill(boris.password)
    await boriss.page.keyboard.press('Enter')
    await boriss.line('Anna Berg').waitFor()
    await annas.sees('@boris · online')
  })

  t.same([...annas.complaints(), ...boriss.complaints()], [], 'the console is silent')
})
