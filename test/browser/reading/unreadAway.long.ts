import t from 'tap'
import { testInChromium } from '../../helpers/browser/chromium.js'
import { anna } from '../../helpers/browser/people.js'
import {
  inSight,
  isRead,
  jumpButton,
  lookAway,
  lookBack,
  peerReadSeq,
  startsAtFirstUnread,
  writeMany
} from '../../helpers/browser/reader.js'
import { openWindow } from '../../helpers/browser/window.js'

const atEnd = 'log.scrollHeight - log.scrollTop - log.clientHeight < 2'

await testInChromium(t, 'a page that is not looked at', async (t, browser, server) => {
  const annas = await openWindow(browser, server.url)
  await annas.signUp(anna)
  const device = await (await server.signUp('carol')).connect()

  for (const [unread, how] of [
    [500, 'blur'],
    [501, 'hide']
  ] as const) {
    await t.test(`${unread} unread messages stay unread while it is left (${how})`, async (t) => {
      const first = unread === 500 ? 1 : 501
      await writeMany(device, '@anna', first, first + unread - 1)
      await annas.seesTitle(`(${unread}) Messenger`)
      await lookAway(annas, how)
      if (unread === 500) await annas.open('Carol Test')
      else await annas.page.evaluate('location.hash = "#@carol"')
      await annas.seesMessage(`message ${first}`)
      t.equal(await annas.page.title(), `(${unread}) Messenger`)
      t.equal(await peerReadSeq(device, '@anna'), first - 1)
      await lookBack(annas)
      await startsAtFirstUnread(t, annas, device, first)
      await jumpButton(annas).click()
      await isRead(device, '@anna', first + unread - 1)
      await annas.seesTitle('Messenger')
      await annas.page.evaluate('location.hash = ""')
    })
  }

  await t.test('new messages begin under a line, and stay in sight', async (t) => {
    await annas.open('Carol Test')
    await annas.seesMessage('message 1001')
    await annas.comesTrue(atEnd)
    await lookAway(annas, 'blur')
    await writeMany(device, '@anna', 1002, 1060)
    await annas.seesTitle('(59) Messenger')
    await annas.page.getByText('New messages').waitFor()
    t.ok((await inSight(annas)).includes(1002))
    t.equal(await peerReadSeq(device, '@anna'), 1001)
    await lookBack(annas)
    const readSeq = await startsAtFirstUnread(t, annas, device, 1002)
    t.ok(readSeq < 1060)
  })

  t.same(annas.complaints(), [], 'the console is silent')
})
