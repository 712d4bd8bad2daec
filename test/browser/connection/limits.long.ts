import t from 'tap'
import { testInChromium } from '../../helpers/browser/chromium.js'
import { openPair } from '../../helpers/browser/people.js'
import { openTab } from '../../helpers/browser/window.js'

const config = {
  app: { rateLimits: 'on' },
  rate: { messagesPerSecond: 1, messageBurst: 1, maxDelayMs: 0, searchesPerSecond: 1, searchBurst: 1 },
  webSocket: { maxConnectionsPerUser: 1 }
}

await testInChromium(
  t,
  'the limits of the server',
  async (t, browser, server) => {
    const [annas, boriss] = await openPair(browser, server.url)

    await t.test('messages that are written too fast are sent later, in order', async (t) => {
      const texts = ['One', 'Two', 'Three', 'Four']
      await annas.page.getByLabel('Message').focus()
      for (const text of texts) {
        await annas.page.keyboard.insertText(text)
        await annas.page.keyboard.press('Enter')
      }
      await annas.sees('That was faster than the server allows. The rest is sent by and by.')
      for (const text of texts) await annas.seesMessage(text, 'Read')
      for (const window of [annas, boriss]) t.same(await window.texts(), ['Hello', ...texts])
    })

    await t.test('a search that is too fast gets an answer later', async () => {
      const field = boriss.page.getByLabel('Find people')
      const found = boriss.page.getByRole('list', { name: 'People found' }).getByRole('link', { name: 'Anna Berg' })
      for (const part of ['anna', 'nobody', 'anna', 'nobody']) {
        await field.fill(part)
        await found.waitFor({ state: part === 'anna' ? 'visible' : 'hidden' })
      }
      t.equal(await boriss.page.getByText('Too many').count(), 0)
    })

    await t.test('steady typing keeps the connection and finds the last text', async (t) => {
      const sockets: unknown[] = []
      boriss.page.on('websocket', (socket) => sockets.push(socket))
      const field = boriss.page.getByLabel('Find people')
      for (const text of ['nobody at all', 'anna berg']) {
        await field.fill('')
        // A pause between two keys is longer than the page waits with a search.
        await field.pressSequentially(text, { delay: 300 })
      }
      const people = boriss.page.getByRole('list', { name: 'People found' })
      await people.getByRole('link', { name: 'Anna Berg' }).waitFor()
      t.equal(await boriss.page.getByText('Too many').count(), 0)
      t.equal(sockets.length, 0, 'it is still the same connection')
    })

    await t.test('a tab beyond the limit says so, and takes the place of a closed one', async () => {
      const another = await openTab(annas.context, server.url)
      await another.sees('Too many connections of this user. Trying again…')
      await annas.page.close()
      await another.open('Boris Berg')
      await another.write('Here again')
      await boriss.seesMessage('Here again')
    })

    t.same([...annas.complaints(), ...boriss.complaints()], [], 'the console is silent')
  },
  { config }
)
