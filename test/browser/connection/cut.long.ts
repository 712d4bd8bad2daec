import t from 'tap'
import { testInChromium } from '../../helpers/browser/chromium.js'
import { openPair } from '../../helpers/browser/people.js'
import type { Window } from '../../helpers/browser/window.js'
import { openWire } from '../../helpers/wire.js'

await testInChromium(t, 'the connection is cut', async (t, browser, server) => {
  const wire = await openWire(t, server.url)
  const [annas, boriss] = await openPair(browser, server.url, wire.url)
  const carol = await (await server.signUp('carol')).connect()
  await carol.call('sendMessageToUser', ['@anna', 'Carol says hello'])

  await t.test('the page reconnects by itself and gets all missed changes', async (t) => {
    wire.unplug()
    await annas.sees('Connection lost. Reconnecting…')
    await boriss.write('Are you there?')
    await boriss.write('It seems not.')
    await carol.call('sendMessageToUser', ['@anna', 'Carol asks something'])
    await carol.call('setSelfInfo', ['Caroline', ''])
    await annas.write('Written in the dark')
    await annas.seesMessage('Written in the dark', 'Sending')

    const methods = listenToCalls(annas)
    wire.plugIn()
    await boriss.seesMessage('Written in the dark')
    await annas.seesMessage('Written in the dark', 'Read')
    await annas.line('Caroline Test').getByText('Carol asks something').waitFor()
    await annas.line('Caroline Test').getByText('2 unread').waitFor()
    const texts = ['Hello', 'Are you there?', 'It seems not.', 'Written in the dark']
    for (const window of [annas, boriss]) t.same((await window.texts()).sort(), texts.sort())
    await annas.page.getByText('New messages').waitFor()
    t.same(methods.slice(0, 2), ['sendMessageToUser', 'getUpdates'], 'what was written goes first')
    t.notOk(methods.includes('getMessagesWithUser'), 'no history is loaded anew')
  })

  await t.test('a message that was stored but not acknowledged is not sent twice', async (t) => {
    wire.deafen()
    await annas.write('Did you hear that?')
    await boriss.seesMessage('Did you hear that?')
    await annas.seesMessage('Did you hear that?', 'Sending')
    wire.cut()
    await annas.seesMessage('Did you hear that?', 'Read')
    await boriss.write('I did.')
    await annas.seesMessage('I did.')
    for (const window of [annas, boriss]) {
      t.equal((await window.texts()).filter((text) => text === 'Did you hear that?').length, 1)
    }
  })

  await t.test('a dead connection is noticed when the user comes back to the page', async () => {
    wire.freeze()
    await boriss.write('Can you see this?')
    await boriss.seesMessage('Can you see this?', 'Sent')
    await annas.page.evaluate('window.dispatchEvent(new Event("focus"))')
    await annas.seesMessage('Can you see this?')
    await boriss.seesMessage('Can you see this?', 'Read')
  })

  t.same([...annas.complaints(), ...boriss.complaints()], [], 'the console is silent')
})

/** Returns a list to which the calls of later connections are added. */
function listenToCalls({ page }: Window): string[] {
  const methods: string[] = []
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => methods.push(JSON.parse(String(payload)).method))
  )
  return methods
}
