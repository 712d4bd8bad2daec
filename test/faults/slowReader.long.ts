import t from 'tap'
import type { Dialog } from '../../src/schemas/dialog.js'
import { mebibyte, observe } from '../helpers/faults/observe.js'
import { entry, startMessenger } from '../helpers/messengerProcess.js'

const maxGrowthBytes = 150 * mebibyte
const maxAnswerMs = 3000
const longText = '中'.repeat(4096)
// More messages than all limits and the buffers of both ends hold.
const maxMessages = 6000
const sendersAtOnce = 20

const environment = { RATE_LIMITS: 'off', PRESENCE_OFFLINE_GRACE_MS: '0', WEB_SOCKET_PING_INTERVAL_MS: '1000' }

t.test('a client that does not read is disconnected without affecting others', async (t) => {
  const messenger = await startMessenger(t, { dir: t.testdir(), entry, environment })
  const [anns, bobs] = [await messenger.signUp('ann'), await messenger.signUp('bob')]
  const ann = await messenger.connect(anns)
  const cid = await messenger.connect(await messenger.signUp('cid'))
  const isBobOnline = async () => (await ann.call<Dialog[]>('getDialogsList', [0, 1]))[0]?.userInfo.isOnline

  await t.test('a client that is sent messages', async (t) => {
    const bob = await messenger.connect(bobs)
    bob.socket.pause()
    await ann.call('sendMessageToUser', ['@bob', 'hello'])
    t.equal(await isBobOnline(), true)
    const others = observe(messenger, cid)
    let sent = 0
    while (sent < maxMessages && (await isBobOnline())) {
      const texts = Array.from({ length: sendersAtOnce }, () => longText)
      await Promise.all(texts.map((text) => ann.call('sendMessageToUser', ['@bob', text])))
      sent += texts.length
    }
    t.ok(sent < maxMessages, `is gone after ${sent} messages`)
    const { growthBytes, answerMs } = await others.end()
    t.ok(growthBytes < maxGrowthBytes, `${Math.round(growthBytes / mebibyte)} MiB more`)
    t.ok(answerMs < maxAnswerMs, `others are answered in ${Math.round(answerMs)} ms`)
  })

  await t.test('a client that asks without end', async (t) => {
    const bob = await messenger.connect(bobs)
    await bob.call('getSelfInfo')
    t.equal(await isBobOnline(), true)
    const others = observe(messenger, cid)
    bob.socket.pause()
    for (let asked = 0; asked < 500; asked++) bob.call('getMessagesWithUser', ['@ann', 0, 500]).catch(() => {})
    while (await isBobOnline());
    const { growthBytes, answerMs } = await others.end()
    t.ok(growthBytes < maxGrowthBytes, `is gone, at ${Math.round(growthBytes / mebibyte)} MiB more`)
    t.ok(answerMs < maxAnswerMs, `others are answered in ${Math.round(answerMs)} ms`)
  })
})
