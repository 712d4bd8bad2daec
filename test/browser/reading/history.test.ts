import t from 'tap'
import { testInChromium } from '../../helpers/browser/chromium.js'
import { anna } from '../../helpers/browser/people.js'
import { openWindow } from '../../helpers/browser/window.js'

await testInChromium(t, 'a long conversation', async (t, browser, server) => {
  const annas = await openWindow(browser, server.url)
  await annas.signUp(anna)
  const carol = await server.signUp('carol')
  const device = await carol.connect()
  for (let n = 1; n <= 150; n++) await device.call('sendMessageToUser', ['@anna', `message ${n}`])

  const topOf = async (text: string) => Math.round((await annas.message(text).boundingBox())?.y ?? Number.NaN)

  await t.test('new messages begin under a line', async () => {
    await annas.line('Carol Test').getByText('99+ unread').waitFor()
    await annas.open('Carol Test')
    await annas.page.getByText('New messages').waitFor()
    await annas.comesTrue('Math.abs(document.querySelector(".unread").offsetTop - log.scrollTop) < 60')
  })

  await t.test('messages that were not in sight are not read', async (t) => {
    const [before] = await device.call<{ peerReadSeq: number }[]>('getDialogsList')
    t.ok(before && before.peerReadSeq > 0 && before.peerReadSeq < 50, `only ${before?.peerReadSeq} messages`)
    await annas.page.getByRole('button', { name: 'Go to the end' }).click()
    await annas.seesTitle('Messenger')
    t.match(await device.call('getDialogsList'), [{ peerReadSeq: 150 }])
  })

  await t.test('read messages are loaded from the end, in parts', async (t) => {
    await annas.page.reload()
    await annas.seesMessage('message 150')
    t.equal(await annas.message('message 90').count(), 0)
  })

  await t.test('nothing moves under the eyes of the reader', async (t) => {
    await annas.message('message 91').scrollIntoViewIfNeeded()
    const top = await topOf('message 91')
    await annas.message('message 90').waitFor()
    t.equal(await topOf('message 91'), top, 'when older messages are loaded')
    await device.call('sendMessageToUser', ['@anna', 'message 151'])
    await annas.message('message 151').waitFor()
    t.equal(await topOf('message 91'), top, 'nor when a new one comes')
    await annas.seesTitle('(1) Messenger')
  })

  await t.test('there is a beginning, and a way back to the end', async (t) => {
    await annas.message('message 31').scrollIntoViewIfNeeded()
    await annas.message('message 1').waitFor()
    t.equal(await annas.page.getByRole('button', { name: 'Load older messages' }).isVisible(), false)
    await annas.page.getByRole('button', { name: 'Go to the end' }).click()
    await annas.comesTrue('log.scrollHeight - log.scrollTop - log.clientHeight < 2')
    await device.call('sendMessageToUser', ['@anna', 'message 152'])
    await annas.message('message 152').waitFor()
    await annas.comesTrue('log.scrollHeight - log.scrollTop - log.clientHeight < 2')
  })

  t.same(annas.complaints(), [], 'the console is silent')
})
