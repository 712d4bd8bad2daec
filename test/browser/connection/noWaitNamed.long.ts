import t from 'tap'
import { AppError } from '../../../src/errors.js'
import { methods } from '../../../src/rpc/index.js'
import { testInChromium } from '../../helpers/browser/chromium.js'
import { anna } from '../../helpers/browser/people.js'
import { isRead } from '../../helpers/browser/reader.js'
import { openWindow } from '../../helpers/browser/window.js'

const { markMessagesWithUserAsRead, sendMessageToUser } = methods
const callsAt: number[] = []
const refused = new Set<string>()

function refuseOnce(text: string) {
  if (refused.has(text)) return
  refused.add(text)
  throw new AppError('tooManyRequests')
}

const impatient = {
  ...methods,
  markMessagesWithUserAsRead: {
    ...markMessagesWithUserAsRead,
    call: async (...args: Parameters<typeof markMessagesWithUserAsRead.call>) => {
      callsAt.push(performance.now())
      refuseOnce('mark')
      return markMessagesWithUserAsRead.call(...args)
    }
  },
  sendMessageToUser: {
    ...sendMessageToUser,
    call: async (...[params, context]: Parameters<typeof sendMessageToUser.call>) => {
      const [, text] = params as string[]
      if (text === 'Hi') refuseOnce('Hi')
      return sendMessageToUser.call(params, context)
    }
  }
}

await testInChromium(
  t,
  'the server refuses a call that comes too soon without naming a wait',
  async (t, browser, server) => {
    const annas = await openWindow(browser, server.url)
    await annas.signUp(anna)
    const device = await (await server.signUp('carol')).connect()
    await device.call('sendMessageToUser', ['@anna', 'Hello'])

    await t.test('the page waits before it marks a message as read again', async (t) => {
      await annas.open('Carol Test')
      await isRead(device, '@anna', 1)
      const [first = 0, second = 0] = callsAt
      t.equal(callsAt.length, 2)
      t.ok(second - first > 900, `${second - first} ms`)
    })

    await t.test('the page sends the message again', async () => {
      await annas.write('Hi')
      await annas.seesMessage('Hi', 'Sent')
    })

    t.same(annas.complaints(), [], 'the console is silent')
  },
  { methods: impatient }
)
