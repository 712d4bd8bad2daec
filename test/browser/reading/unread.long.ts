import t from 'tap'
import { testInChromium } from '../../helpers/browser/chromium.js'
import { anna } from '../../helpers/browser/people.js'
import {
  inSight,
  isRead,
  jumpButton,
  listenToMarks,
  peerReadSeq,
  scrollUpTo,
  startsAtFirstUnread,
  writeMany
} from '../../helpers/browser/reader.js'
import { openWindow } from '../../helpers/browser/window.js'

const atEnd = 'log.scrollHeight - log.scrollTop - log.clientHeight < 2'

await testInChromium(t, 'more unread messages than are loaded at once', async (t, browser, server) => {
  const annas = await openWindow(browser, server.url)
  await annas.signUp(anna)
  const device = await (await server.signUp('carol')).connect()
  await writeMany(device, '@anna', 1, 1200)
  await annas.seesTitle('(1200) Messenger')
  const marks = listenToMarks(annas)
  await annas.page.reload()

  await t.test('the conversation opens at the first of them, and only messages in sight are read', async (t) => {
    await annas.open('Carol Test')
    const readSeq = await startsAtFirstUnread(t, annas, device, 1)
    await annas.seesTitle(`(${1200 - readSeq}) Messenger`)
    await annas.page.getByRole('button', { name: `Go to the end, ${1200 - readSeq} unread` }).waitFor()
  })

  await t.test('the rest is loaded and counted down during scrolling', async (t) => {
    const { page } = annas
    await page.getByRole('log').hover()
    let highest = 0
    let rows = 0
    while (highest < 1200) {
      await page.mouse.wheel(0, 1500)
      const mark = marks.at(-1) ?? 0
      const seqs = await inSight(annas)
      const bottom = Math.max(...seqs)
      if (mark > bottom) t.fail('a message is read before it is in sight')
      t.ok(bottom >= highest, 'nothing jumps back')
      t.same(
        seqs,
        Array.from(seqs, (_, index) => bottom - seqs.length + 1 + index),
        'nothing is left out'
      )
      highest = bottom
      rows = Math.max(rows, await page.locator('#messages > li').count())
    }
    await page.mouse.wheel(0, 1500)
    await annas.seesTitle('Messenger')
    await isRead(device, '@anna', 1200)
    t.same(
      marks,
      marks.toSorted((one, other) => one - other),
      'a mark never goes back'
    )
    t.ok(rows < 450, `at most ${rows} rows at a time`)
    t.equal(await jumpButton(annas).isVisible(), false)
  })

  await t.test('the way back up is loaded, too', async () => {
    await scrollUpTo(annas, 700, 1500)
  })

  await t.test('a new message is not read before it is seen', async (t) => {
    await device.call('sendMessageToUser', ['@anna', 'message 1201'])
    await annas.page.getByRole('button', { name: 'Go to the end, 1 unread' }).waitFor()
    t.equal(await peerReadSeq(device, '@anna'), 1200)
    await jumpButton(annas).click()
    await annas.seesMessage('message 1201')
    await annas.comesTrue(atEnd)
    await isRead(device, '@anna', 1201)
  })

  await t.test('an own message leads to the end, and is shown once', async (t) => {
    await scrollUpTo(annas, 700, 1500)
    await annas.write('Here I am')
    await annas.seesMessage('Here I am', 'Sent')
    await annas.comesTrue(atEnd)
    t.same((await annas.texts()).slice(-2), ['message 1201', 'Here I am'])
  })

  t.same(annas.complaints(), [], 'the console is silent')
})
