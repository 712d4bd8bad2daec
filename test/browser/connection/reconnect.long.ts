import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { createApp } from '../../../src/app.js'
import { loadConfig } from '../../../src/config.js'
import { AppError } from '../../../src/errors.js'
import { methods } from '../../../src/rpc/index.js'
import { testInChromium } from '../../helpers/browser/chromium.js'
import { anna, boris, meet } from '../../helpers/browser/people.js'
import { openWindow } from '../../helpers/browser/window.js'
import type { Server } from '../../helpers/server.js'

await testInChromium(t, 'the server is restarted', async (t, browser, server) => {
  const annas = await openWindow(browser, server.url)
  const boriss = await openWindow(browser, server.url)
  let { app } = server
  t.teardown(() => app.close())
  await meet(annas, boriss)

  await t.test('while it is down the page says so and keeps new messages', async () => {
    await app.close()
    await annas.sees('Connection lost. Reconnecting…')
    await boriss.sees('Connection lost. Reconnecting…')
    await annas.write('Written in the dark')
    await annas.write('And one more')
    await annas.seesMessage('And one more', 'Sending')
  })

  await t.test('when it is back, the page reconnects by itself, and every message arrives once', async (t) => {
    app = await startAgain(server)
    await annas.seesMessage('And one more', 'Read')
    await boriss.seesMessage('And one more')
    const texts = ['Hello', 'Written in the dark', 'And one more']
    for (const { page, texts: shown } of [annas, boriss]) {
      await page.getByText('Connection lost').waitFor({ state: 'hidden' })
      t.same(await shown(), texts)
    }
    await boriss.page.reload()
    await boriss.seesMessage('And one more')
    t.same(await boriss.texts(), texts, 'in the history, too')
  })

  await t.test('a user whose session has ended logs in, and the messages are sent', async (t) => {
    await app.close()
    await annas.write('Written before the end')
    await annas.context.clearCookies()
    app = await startAgain(server)
    await annas.sees('Your session has ended. Please log in again.')
    await annas.logIn(anna)
    await annas.seesMessage('Written before the end', 'Read')
    t.same(await boriss.texts(), ['Hello', 'Written in the dark', 'And one more', 'Written before the end'])
  })

  t.same([...annas.complaints(), ...boriss.complaints()], [], 'the console is silent')
})

const { sendMessageToUser } = methods
const idsOfAttempts: unknown[] = []
const strictAtFirst = {
  ...sendMessageToUser,
  call: (...[params, context]: Parameters<typeof sendMessageToUser.call>) => {
    idsOfAttempts.push((params as unknown[])[2])
    if (idsOfAttempts.length > 2) return sendMessageToUser.call(params, context)
    throw new AppError('forbidden', 'Not yet.')
  }
}

await testInChromium(
  t,
  'the server refuses a message',
  async (t, browser, { url }) => {
    const annas = await openWindow(browser, url)
    const boriss = await openWindow(browser, url)
    await annas.signUp(anna)
    await boriss.signUp(boris)
    await annas.find('boris', 'Boris Berg')
    await annas.write('Never mind')
    await annas.write('Hello')
    await annas.message('Never mind').getByText('You are not allowed to do this.').waitFor()
    await annas.message('Never mind').getByRole('button', { name: 'Discard' }).click()
    await annas.message('Hello').getByRole('button', { name: 'Try again' }).click()
    await annas.seesMessage('Hello', 'Sent')
    await boriss.open('Anna Berg')
    await boriss.seesMessage('Hello')
    t.same(await boriss.texts(), ['Hello'])
    t.equal(idsOfAttempts[2], idsOfAttempts[1], 'it is tried again as the same message')
  },
  { methods: { ...methods, sendMessageToUser: strictAtFirst } }
)

/** Starts a server with the same port and database. */
async function startAgain({ url, dir }: Server): Promise<FastifyInstance> {
  const app = createApp(loadConfig(join(dir, 'config.json')).config)
  await app.listen({ port: Number(new URL(url).port), host: '127.0.0.1' })
  return app
}
