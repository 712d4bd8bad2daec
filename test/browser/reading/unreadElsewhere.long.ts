import t, { type Test } from 'tap'
import { testInChromium } from '../../helpers/browser/chromium.js'
import { anna } from '../../helpers/browser/people.js'
import { isRead, jumpButton, startsAtFirstUnread, writeMany } from '../../helpers/browser/reader.js'
import { openTab, openWindow } from '../../helpers/browser/window.js'
import type { Device } from '../../helpers/device.js'
import type { Server } from '../../helpers/server.js'

const atEnd = 'log.scrollHeight - log.scrollTop - log.clientHeight < 2'

await testInChromium(t, 'unread messages in other places', async (t, browser, server) => {
  const annas = await openWindow(browser, server.url)
  await annas.signUp(anna)
  const device = await (await server.signUp('carol')).connect()

  await t.test('a conversation far down in the list is opened by a link', async (t) => {
    await writeMany(device, '@anna', 1, 100)
    for (let n = 0; n < 31; n++) {
      const other = await (await server.signUp(`other${n}`)).connect()
      await other.call('sendMessageToUser', ['@anna', 'Hello'])
    }
    await annas.page.goto('about:blank')
    await annas.page.goto(`${server.url}/#@carol`)
    const readSeq = await startsAtFirstUnread(t, annas, device, 1)
    await annas.seesTitle(`(${131 - readSeq}) Messenger`)
  })

  await t.test('two tabs show the same counts, also where own messages are between', async () => {
    const boris = await (await server.signUp('boris')).connect()
    const annasPhone = await openAnnasPhone(t, server)
    for (const [from, to] of [
      [boris, '@anna'],
      [annasPhone, '@boris'],
      [boris, '@anna'],
      [annasPhone, '@boris'],
      [boris, '@anna']
    ] as const) {
      await from.call('sendMessageToUser', [to, 'Hello'])
    }
    const second = await openTab(annas.context, server.url)
    await second.line('Boris Test').getByText('3 unread').waitFor()
    await annasPhone.call('markMessagesWithUserAsRead', ['@boris', 1])
    await second.line('Boris Test').getByText('2 unread').waitFor()
    await annas.line('Boris Test').getByText('2 unread').waitFor()
    await annasPhone.call('markMessagesWithUserAsRead', ['@boris', 4])
    await second.line('Boris Test').getByText('1 unread').waitFor()
    await second.page.close()
  })

  await t.test('a message taller than the window is shown from its beginning, and read', async (t) => {
    await annas.open('Boris Test')
    await annas.page.evaluate('log.scrollTop = log.scrollHeight')
    const boris = await server.post('/login', { user: { email: 'boris@test.example', password: 'boris-secret' } })
    const { token } = (await boris.json()) as { token: string }
    const text = Array.from({ length: 100 }, (_, n) => `line ${n}`).join('\n')
    const body = { jsonrpc: '2.0', id: 1, method: 'sendMessageToUser', params: ['@anna', text] }
    await server.post('/rpc', body, { authorization: `Bearer ${token}` })
    await annas.line('Boris Test').getByText('line 0').waitFor()
    await annas.comesTrue(
      '[...document.querySelectorAll(".text")].at(-1).getBoundingClientRect().top >= log.getBoundingClientRect().top'
    )
    await annas.line('Boris Test').getByText('unread').waitFor({ state: 'hidden' })
    t.ok(await annas.page.evaluate('log.scrollHeight - log.scrollTop - log.clientHeight > 500'))
  })

  await t.test('a conversation without unread messages opens at its end', async (t) => {
    await annas.page.evaluate('location.hash = "#@carol"')
    await jumpButton(annas).click()
    await isRead(device, '@anna', 100)
    await annas.page.reload()
    await annas.seesMessage('message 100')
    await annas.comesTrue(atEnd)
    t.equal(await annas.page.getByText('New messages').count(), 0)
  })

  t.same(annas.complaints(), [], 'the console is silent')
})

async function openAnnasPhone(t: Test, server: Server): Promise<Device> {
  const response = await server.post('/login', { user: { email: anna.email, password: anna.password } })
  t.equal(response.status, 200)
  return server.connect(response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '')
}
