import t from 'tap'
import { testInChromium } from '../../helpers/browser/chromium.js'
import { openPair } from '../../helpers/browser/people.js'
import { openWire, type Wire } from '../../helpers/wire.js'

await testInChromium(t, 'a device that loses its network', async (t, browser, { url }) => {
  const [annas, boriss] = await openPair(browser, url)
  const { page, context } = annas
  const lost = page.getByText('You are offline. Connection lost. Reconnecting…')
  const soonMs = 5000

  await t.test('says so at once, and new messages wait', async (t) => {
    await context.setOffline(true)
    await lost.waitFor({ timeout: soonMs })
    await annas.write('Written in a tunnel')
    await annas.seesMessage('Written in a tunnel', 'Sending')
    t.equal(await annas.line('Boris Berg').getByText('online').count(), 0, 'nobody knows who is online')
  })

  await t.test('is connected again at once', async (t) => {
    await context.setOffline(false)
    await lost.waitFor({ state: 'hidden', timeout: soonMs })
    await annas.seesMessage('Written in a tunnel', 'Read')
    t.same(await boriss.texts(), ['Hello', 'Written in a tunnel'])
  })

  await t.test('is connected although the browser says that it is offline', async (t) => {
    await page.evaluate("window.dispatchEvent(new Event('offline'))")
    await annas.write('Still here')
    await annas.seesMessage('Still here', 'Read')
    t.equal(await page.getByText('You are offline').isVisible(), false)
  })

  t.same([...annas.complaints(), ...boriss.complaints()], [], 'the console is silent')
})

await testInChromium(t, 'a device that comes to another network', async (t, browser, { url }) => {
  let isDead = false
  const wire: Wire = await openWire(t, url, { onConnection: () => isDead && setImmediate(() => wire.freeze()) })
  const [annas, boriss] = await openPair(browser, url, wire.url)
  const { page } = annas
  const lost = page.getByText('Connection lost. Reconnecting…')
  const tell = (name: string) => page.evaluate(`window.dispatchEvent(new Event('${name}'))`)

  await t.test('does not wait for an attempt that began in the old one', async () => {
    isDead = true
    const attempt = page.waitForEvent('websocket')
    await tell('offline')
    await attempt
    isDead = false
    await tell('online')
    await lost.waitFor({ state: 'hidden', timeout: 5000 })
    await annas.write('From another network')
    await annas.seesMessage('From another network', 'Read')
  })

  await t.test('finds out whether a connection that looks alive is dead', async () => {
    wire.freeze()
    // "Connection lost" may show for less than the half second between two looks.
    const another = page.waitForEvent('websocket', { timeout: 30_000 })
    await tell('online')
    await another
    await annas.write('From a live connection')
    await annas.seesMessage('From a live connection', 'Read')
  })

  t.same([...annas.complaints(), ...boriss.complaints()], [], 'the console is silent')
})
