import t, { type Test } from 'tap'
import { testInChromium } from '../helpers/browser/chromium.js'
import { anna } from '../helpers/browser/people.js'
import { openWindow, type Window } from '../helpers/browser/window.js'

const omar = {
  tag: '@omar',
  firstName: 'محمد',
  lastName: 'عبد'.repeat(20),
  email: 'omar@x.example',
  password: 'omar-secret'
}

/** Texts with the side on which each line begins. */
const texts: { why: string; text: string; sides: ('left' | 'right')[] }[] = [
  { why: 'Arabic', text: 'مرحبا يا آنا، كيف حالك؟', sides: ['right'] },
  { why: 'Hebrew with a number at its end', text: 'נפגש מחר בשעה 12:30', sides: ['right'] },
  { why: 'an English name within Arabic', text: 'شكرا Anna جزيلا', sides: ['right'] },
  { why: 'an Arabic name within English', text: 'Thanks محمد for that', sides: ['left'] },
  { why: 'a number before Arabic', text: '3 كتب', sides: ['right'] },
  { why: 'emoji before Hebrew', text: '👋🏽 שלום', sides: ['right'] },
  { why: 'emoji alone', text: '👋🏽🇩🇪🎈', sides: ['left'] },
  { why: 'one line of each', text: 'نعم نعم نعم\nyes\nلا', sides: ['right', 'left', 'right'] },
  { why: 'one line of each, English first', text: 'yes yes yes yes\nنعم\nno', sides: ['left', 'right', 'left'] }
]

const lastText = '[...document.querySelectorAll(".text")].at(-1).firstElementChild.textContent'

/** Finds the side on which each line of the last message begins, and the side of the time. */
const lastMessage = `(() => {
  const body = [...document.querySelectorAll('.text')].at(-1)
  const node = body.firstElementChild.firstChild
  const text = node.data
  const box = (from, to) => {
    const range = document.createRange()
    range.setStart(node, from)
    range.setEnd(node, to)
    return range.getBoundingClientRect()
  }
  const { left, right } = body.getBoundingClientRect()
  let from = 0
  const sides = text.split('\\n').map((line) => {
    const whole = box(from, from + line.length)
    const first = box(from, from + [...new Intl.Segmenter().segment(line)][0].segment.length)
    from += line.length + 1
    // The time is beside the last line, and the longest line has no free side.
    if (from < text.length && body.clientWidth - whole.width > 9) return whole.left - left < right - whole.right ? 'left' : 'right'
    return first.left - whole.left < whole.right - first.right ? 'left' : 'right'
  })
  const meta = body.querySelector('.meta').getBoundingClientRect()
  return { sides, time: meta.left - left < right - meta.right ? 'left' : 'right' }
})()`

/** Tells whether a text is too long for its box with its first letter inside. */
const isCutAtItsEnd = (selector: string) => `(() => {
  const box = document.querySelector('${selector}')
  const node = document.createTreeWalker(box, NodeFilter.SHOW_TEXT).nextNode()
  const range = document.createRange()
  range.setStart(node, 0)
  range.setEnd(node, 1)
  const first = range.getBoundingClientRect()
  const { left, right } = box.getBoundingClientRect()
  return box.scrollWidth > box.clientWidth && first.left >= left - 1 && first.right <= right + 1
})()`

/** Tells whether the last character of the query is left of its first one. */
const endsAtItsLeft = `(() => {
  const walker = document.createTreeWalker(document.getElementById('sidebar-note'), NodeFilter.SHOW_TEXT)
  let node = walker.nextNode()
  while (!node.data.includes('س')) node = walker.nextNode()
  const leftOf = (letter) => {
    const range = document.createRange()
    range.setStart(node, node.data.indexOf(letter))
    range.setEnd(node, node.data.indexOf(letter) + 1)
    return range.getBoundingClientRect().left
  }
  return leftOf('!') < leftOf('س')
})()`

await testInChromium(t, 'texts from right to left', async (t, browser, server) => {
  const phone = { viewport: { width: 390, height: 780 } }
  const annas = await openWindow(browser, server.url)
  await annas.signUp(anna)
  const response = await server.post('/signup', { user: omar })
  t.equal(response.status, 200)
  const device = await server.connect(response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '')
  await device.call('sendMessageToUser', ['@anna', 'Hello'])
  await annas.page.locator('#dialogs a[href="#@omar"]').click()
  await annas.seesMessage('Hello')

  for (const { why, text, sides } of texts) {
    await t.test(`each line begins on its own side: ${why}`, async (t) => {
      await write(annas, text)
      await check(t, 'own')
      await device.call('sendMessageToUser', ['@anna', text])
      await check(t, 'theirs')

      async function check(t: Test, kind: string) {
        const shown = `[...document.querySelectorAll('.message')].at(-1).matches('.${kind}') && ${lastText}`
        await annas.comesTrue(`${shown} === ${JSON.stringify(text)}`)
        const last = await annas.page.evaluate<{ sides: string[]; time: string }>(lastMessage)
        t.same(last.sides, sides, kind)
        t.equal(last.time, sides[0] === 'left' ? 'right' : 'left', 'the time stands at the end of the text')
      }
    })
  }

  await t.test('the field for a message has the direction of its text', async (t) => {
    const field = annas.page.getByLabel('Message')
    const direction = () => field.evaluate((node) => node.ownerDocument.defaultView?.getComputedStyle(node).direction)
    await field.fill('مرحبا')
    t.equal(await direction(), 'rtl')
    await field.fill('Hello')
    t.equal(await direction(), 'ltr')
    await field.fill('')
  })

  await t.test('a search without a result is quoted in its own direction', async (t) => {
    const typed = 'سلام!'
    await annas.page.getByLabel('Find people').fill(typed)
    await annas.sees(`Nobody was found for “${typed}”.`)
    t.ok(await annas.page.evaluate(endsAtItsLeft), 'the mark is at the end of the Arabic, and not of the sentence')
    await annas.page.getByLabel('Find people').fill('')
  })

  await t.test('a preview and a name lose their end, and not their beginning', async (t) => {
    await device.call('sendMessageToUser', ['@anna', `بداية ${'كلمة '.repeat(200)}`])
    await annas.line('محمد').getByText('بداية').waitFor()
    for (const selector of ['#dialogs .preview .clipped', '#dialogs .row-name']) {
      t.ok(await annas.page.evaluate(isCutAtItsEnd(selector)), selector)
    }
    await annas.page.setViewportSize(phone.viewport)
    t.ok(await annas.page.evaluate(isCutAtItsEnd('#peer-name .clipped')), 'the name above the conversation')
    await annas.page.getByRole('button', { name: 'Back to the chats' }).click()
    t.ok(await annas.page.evaluate(isCutAtItsEnd('#dialogs .preview .clipped')), 'on a phone')
    t.equal(await annas.page.evaluate('document.documentElement.scrollWidth'), 390, 'nothing is wider than the screen')
  })

  t.same(annas.complaints(), [], 'the console is silent')
})

async function write({ page }: Window, text: string): Promise<void> {
  await page.getByLabel('Message').fill(text)
  await page.keyboard.press('Enter')
}
