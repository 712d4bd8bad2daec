import { setTimeout as delay } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import t from 'tap'
import type { Dialog } from '../../../src/schemas/dialog.js'
import { checkDialog } from '../../helpers/flow/truth.js'
import { entry, startMessenger } from '../../helpers/messengerProcess.js'
import { useMongo } from '../../helpers/mongod.js'

const url = process.env.MONGODB_URL
const messagesBefore = 20
const messagesAfter = 50
const retryMs = 20

/** Asks by the older name of `hello`, which every server knows. */
async function isReplicaSet(url: string): Promise<boolean> {
  const client = new MongoClient(url)
  const { setName } = await client.db('admin').command({ isMaster: 1 })
  await client.close()
  return Boolean(setName)
}

const skip = !(url && (await isReplicaSet(url))) && 'The step-down was skipped: MONGODB_URL names no replica set.'

t.test('a primary that steps down takes no message with it', { skip }, async (t) => {
  const client = new MongoClient(url as string)
  t.teardown(() => client.close())
  const environment = { DB_URL: (await useMongo(t))(t), RATE_LIMITS: 'off', LOG_LEVEL: 'silent' }
  const messenger = await startMessenger(t, { dir: t.testdir(), entry, environment })
  const ann = await messenger.connect(await messenger.signUp('ann'))
  const bob = await messenger.connect(await messenger.signUp('bob'))

  const sent: string[] = []
  const send = async (count: number) => {
    for (let number = 0; number < count; number++) {
      const text = `${sent.length}`
      sent.push(text)
      const isSent = () =>
        ann.call('sendMessageToUser', ['@bob', text, text]).then(
          () => true,
          () => false
        )
      // The timeout of the test limits the wait for a new primary.
      while (!(await isSent())) await delay(retryMs)
    }
  }
  await send(messagesBefore)
  const sending = send(messagesAfter)
  // The step-down may close the connection of this command.
  await client
    .db('admin')
    .command({ replSetStepDown: 10, force: true })
    .catch(() => {})
  await sending

  const [dialog] = await bob.call<Dialog[]>('getDialogsList', [0, 1])
  const history = await checkDialog(t, bob, dialog as Dialog)
  t.same(
    history.map(({ text }) => text),
    sent,
    'each is there once, in order'
  )
})
