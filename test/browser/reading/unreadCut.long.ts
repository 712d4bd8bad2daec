import t from 'tap'
import { testInChromium } from '../../helpers/browser/chromium.js'
import { anna } from '../../helpers/browser/people.js'
import {
  inSight,
  isRead,
  jumpButton,
  scrollUpTo,
  startsAtFirstUnread,
  writeMany
} from '../../helpers/browser/reader.js'
import { openWindow } from '../../helpers/browser/window.js'
import { openWire } from '../../helpers/wire.js'

await testInChromium(t, 'messages come while the connection is cut', async (t, browser, server) => {
  const wire = await openWire(t, server.url)
  const annas = await openWindow(browser, wire.url)
  await annas.signUp(anna)
  const device = await (await server.signUp('carol')).connect()
  await writeMany(device, '@anna', 1, 10)
  await annas.open('Carol Test')
  await isRead(device, '@anna', 10)

  await t.test('the reader goes on with the first of them', async (t) => {
    wire.unplug()
    await annas.sees('Connection lost. Reconnecting…')
    await writeMany(device, '@anna', 11, 710)
    wire.plugIn()
    await startsAtFirstUnread(t, annas, device, 11)
    t.notOk((await inSight(annas)).includes(710))
  })

  await t.test('nothing moves for a reader who has scrolled up', async (t) => {
    await jumpButton(annas).click()
    await isRead(device, '@anna', 710)
    await annas.page.getByRole('log').hover()
    const before = await scrollUpTo(annas, 680, 200)
    await annas.comesTrue('document.getElementById("load-older").textContent !== "Loading…"')
    wire.unplug()
    await annas.sees('Connection lost. Reconnecting…')
    await writeMany(device, '@anna', 711, 720)
    wire.plugIn()
    await annas.page.getByRole('button', { name: 'Go to the end, 10 unread' }).waitFor()
    t.same(await inSight(annas), before)
    await jumpButton(annas).click()
    await isRead(device, '@anna', 720)
  })

  t.same(annas.complaints(), [], 'the console is silent')
})
