import t from 'tap'
import { testInChromium } from '../../helpers/browser/chromium.js'
import { anna } from '../../helpers/browser/people.js'
import { openWindow, type Window } from '../../helpers/browser/window.js'
import type { Device } from '../../helpers/device.js'

const minuteMs = 60 * 1000
const hourMs = 60 * minuteMs

interface Case {
  why: string
  zone: string
  /** Time of the message and of opening the page. */
  at: string
  /** Time in the list at first. */
  today: string
  move(annas: Window): Promise<void>
  /** Texts afterwards: heading above the message, and time in the list. */
  later: [string, string]
}

/** The page opens at the time of a message and stays open while its clock moves. */
const cases: Case[] = [
  {
    why: 'midnight passes while the page is open',
    zone: 'Europe/Berlin',
    at: '2026-06-10T21:59:40Z',
    today: '23:59',
    move: ({ page }: Window) => page.clock.runFor(minuteMs / 2),
    later: ['Yesterday', 'Yesterday']
  },
  {
    why: 'the clock is put forward: the day has 23 hours',
    zone: 'Europe/Berlin',
    at: '2026-03-28T23:30:00Z',
    today: '00:30',
    move: ({ page }: Window) => page.clock.fastForward(22.5 * hourMs),
    later: ['Yesterday', 'Yesterday']
  },
  {
    why: 'the clock is put back: after 24 of its 25 hours it is the same day',
    zone: 'Europe/Berlin',
    at: '2026-10-24T22:30:00Z',
    today: '00:30',
    move: ({ page }: Window) => page.clock.fastForward(24 * hourMs),
    later: ['Today', '00:30']
  },
  {
    why: 'midnight is left out where the clock is put forward at midnight',
    zone: 'Africa/Cairo',
    at: '2026-04-23T20:30:00Z',
    today: '22:30',
    move: ({ page }: Window) => page.clock.fastForward(90 * minuteMs),
    later: ['Yesterday', 'Yesterday']
  },
  {
    why: 'the machine has slept for days, and its user comes back',
    zone: 'America/New_York',
    at: '2026-06-10T15:00:00Z',
    today: '11:00',
    move: async ({ page }: Window) => {
      await page.clock.setSystemTime('2026-06-13T15:00:00Z')
      await page.evaluate('window.dispatchEvent(new Event("focus"))')
    },
    later: ['Wednesday', 'Wed']
  },
  {
    why: 'the tab was hidden meanwhile',
    zone: 'Asia/Kathmandu',
    at: '2026-06-10T15:00:00Z',
    today: '20:45',
    move: async ({ page }: Window) => {
      await page.clock.setSystemTime('2026-06-10T18:16:00Z')
      await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))')
    },
    later: ['Yesterday', 'Yesterday']
  },
  {
    why: 'the clock of the machine is set back by a day',
    zone: 'UTC',
    at: '2026-06-10T15:00:00Z',
    today: '15:00',
    move: async ({ page }: Window) => {
      await page.clock.setSystemTime('2026-06-09T15:00:00Z')
      await page.clock.runFor(minuteMs)
    },
    later: ['Wednesday 10 June', '10/06/26']
  }
]

await testInChromium(t, 'a page that stays open', async (t, browser, server) => {
  const first = await openWindow(browser, server.url)
  await first.signUp(anna)
  await first.context.close()

  for (const [index, { why, zone, at, today, move, later }] of cases.entries()) {
    await t.test(why, async (t) => {
      await writeAt(await (await server.signUp(`carol${index}`)).connect(), at)
      const annas = await openWindow(browser, server.url, { timezoneId: zone })
      await stopClock(annas, at)
      await annas.logIn(anna)
      await annas.page.locator(`#dialogs a[href="#@carol${index}"]`).click()
      await showsDay(annas, index, 'Today', today)
      await move(annas)
      await showsDay(annas, index, ...later)
      t.same(annas.complaints(), [], 'the console is silent')
      await annas.context.close()
    })
  }
})

await testInChromium(t, 'a contact who is gone, and a user who travels', async (t, browser, server) => {
  const annas = await openWindow(browser, server.url)
  await annas.signUp(anna)
  const carol = await server.signUp('carol')
  const device = await carol.connect()
  await writeAt(device, '2026-06-10T15:00:00Z')
  const devtools = await annas.context.newCDPSession(annas.page)
  const travel = (timezoneId: string) => devtools.send('Emulation.setTimezoneOverride', { timezoneId })
  await travel('Europe/Berlin')
  await stopClock(annas, Date.now() + minuteMs)
  await annas.open('Carol Test')
  await annas.seesMessage('Hello')

  await t.test('the time of the last visit is told by the present day', async () => {
    await device.close()
    await annas.sees('@carol · last seen at ')
    await annas.page.clock.fastForward(24 * hourMs)
    await annas.sees('@carol · last seen yesterday at ')
  })

  await t.test('times are local to the user', async () => {
    await annas.message('Hello').getByText('17:00', { exact: true }).waitFor()
    await travel('Asia/Tokyo')
    await annas.page.evaluate('window.dispatchEvent(new Event("focus"))')
    await annas.message('Hello').getByText('00:00', { exact: true }).waitFor()
    await annas.page.locator('.divider.day').getByText('11 June').waitFor()
  })

  t.same(annas.complaints(), [], 'the console is silent')
})

/** Only the test moves the page's clock, so only the test makes it show another day. */
async function stopClock({ page }: Window, time: string | number): Promise<void> {
  await page.clock.install({ time: new Date(time).getTime() - minuteMs })
  await page.clock.pauseAt(time)
  await page.reload()
}

/** Sends a message at a time: the server in this process dates it by `Date.now`. */
async function writeAt(device: Device, time: string): Promise<void> {
  const { now } = Date
  Date.now = () => Date.parse(time)
  await device.call('sendMessageToUser', ['@anna', 'Hello'])
  Date.now = now
}

async function showsDay({ page }: Window, index: number, day: string, inList: string): Promise<void> {
  await page.locator('.divider.day').last().getByText(day, { exact: true }).waitFor()
  await page.locator(`#dialogs a[href="#@carol${index}"] time`).getByText(inList, { exact: true }).waitFor()
}
