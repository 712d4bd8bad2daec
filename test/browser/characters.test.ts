import t from 'tap'
import { testInChromium } from '../helpers/browser/chromium.js'
import { anna } from '../helpers/browser/people.js'
import { openWindow } from '../helpers/browser/window.js'

const family = '👩‍👩‍👧‍👦'
const e = 'e\u0301'

const previews: { why: string; text: string; preview: string }[] = [
  { why: 'a short text', text: 'Hello', preview: 'Hello' },
  { why: 'as long as a preview may be', text: 'x'.repeat(160), preview: 'x'.repeat(160) },
  { why: 'too long', text: 'x'.repeat(161), preview: `${'x'.repeat(160)}…` },
  { why: 'pairs of surrogates', text: `x${'😀'.repeat(200)}`, preview: `x${'😀'.repeat(159)}…` },
  { why: 'emoji that are joined', text: family.repeat(161), preview: `${family.repeat(160)}…` },
  { why: 'flags', text: `x${'🇩🇪'.repeat(200)}`, preview: `x${'🇩🇪'.repeat(159)}…` },
  { why: 'skin tones', text: '👋🏽'.repeat(161), preview: `${'👋🏽'.repeat(160)}…` },
  { why: 'combining marks', text: e.repeat(161), preview: `${e.repeat(160)}…` },
  { why: 'blanks around it', text: '\n\n  Hello \n', preview: 'Hello' }
]

const initials: { why: string; firstName: string; lastName: string; letters: string; isReversed?: true }[] = [
  { why: 'two names', firstName: 'Anna', lastName: 'Berg', letters: 'AB' },
  { why: 'one name', firstName: 'Madonna', lastName: '', letters: 'M' },
  { why: 'a tag', firstName: '@anna', lastName: '', letters: 'a' },
  { why: 'a small word', firstName: 'Ludwig', lastName: 'van der Berg', letters: 'Lv' },
  { why: 'dots', firstName: 'J. R.', lastName: 'Tolkien', letters: 'JT' },
  { why: 'an ʻokina', firstName: 'ʻIolani', lastName: 'Kamaʻāina', letters: 'IK' },
  { why: 'a combining mark', firstName: 'E\u0301mile', lastName: 'Zola', letters: 'E\u0301Z' },
  { why: 'a letter beyond the first plane', firstName: '𐐔𐐯𐑅', lastName: '𐐝𐐲', letters: '𐐔𐐝' },
  { why: 'a vowel sign', firstName: 'किरण', lastName: 'नाथ', letters: 'किना' },
  { why: 'Hebrew', firstName: 'נועה', lastName: 'כהן', letters: 'נכ', isReversed: true },
  { why: 'Arabic', firstName: 'محمد', lastName: 'علي', letters: 'مع', isReversed: true },
  { why: 'one Arabic name', firstName: 'محمد', lastName: '', letters: 'م' }
]

await testInChromium(t, 'a character is never cut in half', async (t, browser, server) => {
  const annas = await openWindow(browser, server.url)
  await annas.signUp(anna)
  const call = (name: string, value: unknown) =>
    annas.page.evaluate(
      `import('/example/views/text/abbreviate.js').then((texts) => texts.${name}(${JSON.stringify(value)}))`
    )

  for (const { why, text, preview } of previews) {
    await t.test(`in a preview: ${why}`, async (t) => t.equal(await call('previewOf', text), preview))
  }
  for (const { why, firstName, lastName, letters, isReversed } of initials) {
    await t.test(`in initials: ${why}`, async (t) => {
      const shown = await annas.page.evaluate<{ text: string; isReversed: boolean }>(
        `import('/example/views/controls/avatar.js').then(({ showAvatar }) => {
          const place = document.createElement('span')
          place.className = 'avatar'
          document.body.append(place)
          showAvatar(place, ${JSON.stringify({ ...anna, firstName, lastName, img: 'default.jpg' })})
          const text = place.textContent
          const [first, second = first] = [...place.querySelectorAll('.initials > *')]
          const isReversed = first.getBoundingClientRect().left > second.getBoundingClientRect().left
          place.remove()
          return { text, isReversed }
        })`
      )
      t.same(shown, { text: letters, isReversed: isReversed ?? false })
    })
  }

  await t.test('in the list', async (t) => {
    const device = await (await server.signUp('carol')).connect()
    await device.call('sendMessageToUser', ['@anna', `x${family.repeat(300)}`])
    const preview = annas.line('Carol Test').locator('.preview')
    await preview.getByText('👩').waitFor()
    t.equal(await preview.textContent(), `x${family.repeat(159)}…`)
  })

  t.same(annas.complaints(), [], 'the console is silent')
})
