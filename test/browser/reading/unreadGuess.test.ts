import t from 'tap'
import { methods } from '../../../src/rpc/index.js'
import { testInChromium } from '../../helpers/browser/chromium.js'
import { anna } from '../../helpers/browser/people.js'
import { openWindow } from '../../helpers/browser/window.js'

const { getUpdates } = methods
let isHeld = false
const waiting: (() => void)[] = []
const release = () => {
  isHeld = false
  for (const go of waiting.splice(0)) go()
}
const slow = {
  ...getUpdates,
  call: async (...[params, context]: Parameters<typeof getUpdates.call>) => {
    const answer = await getUpdates.call(params, context)
    if (isHeld) await new Promise<void>((resolve) => waiting.push(resolve))
    return answer
  }
}

await testInChromium(
  t,
  'a mark of another window comes while an older answer is on its way',
  async (t, browser, server) => {
    const annas = await openWindow(browser, server.url)
    await annas.signUp(anna)
    const logIn = await server.post('/login', { user: { email: anna.email, password: anna.password } })
    const phone = await server.connect(logIn.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '')
    for (const name of ['carol', 'dora']) {
      const other = await (await server.signUp(name)).connect()
      for (const [from, to] of [
        [other, '@anna'],
        [phone, `@${name}`],
        [other, '@anna'],
        [phone, `@${name}`],
        [other, '@anna']
      ] as const) {
        await from.call('sendMessageToUser', [to, 'Hello'])
      }
    }
    // The page must not ask by itself after some time.
    await annas.page.addInitScript('window.setInterval = () => 0')
    await annas.page.reload()
    const unreadOf = (name: string, count: number) =>
      annas.line(`${name} Test`).getByText(`${count} unread`).waitFor({ timeout: 20_000 })
    const isAsked = async () => {
      const deadline = performance.now() + 20_000
      while (waiting.length === 0 && performance.now() < deadline) await annas.comesTrue('true')
    }

    const cases = [
      {
        why: 'that was asked for before it',
        name: 'carol',
        ask: () => annas.page.evaluate('window.dispatchEvent(new Event("online"))')
      },
      {
        why: 'that was asked for after the mark before it',
        name: 'dora',
        ask: () => phone.call('markMessagesWithUserAsRead', ['@dora', 1])
      }
    ]
    for (const { why, name, ask } of cases) {
      await t.test(why, async () => {
        const shown = name === 'carol' ? 'Carol' : 'Dora'
        await unreadOf(shown, 3)
        isHeld = true
        await ask()
        await isAsked()
        await phone.call('markMessagesWithUserAsRead', [`@${name}`, 3])
        await unreadOf(shown, 2)
        release()
        await unreadOf(shown, 1)
      })
    }

    t.same(annas.complaints(), [], 'the console is silent')
  },
  { methods: { ...methods, getUpdates: slow } }
)
