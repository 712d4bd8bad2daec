import { join } from 'node:path'
import t from 'tap'
import type { Message } from '../../src/schemas/message.js'
import { driver as SQLite } from '../../src/store/sqlite/driver.js'
import type { Device } from '../device.js'
import { startMessenger } from '../messengerProcess.js'

const kills = 3
const sendersPerRound = 4

/** Sends one message after the other until the server is gone. */
async function talkUntilTheEnd(
  device: Device,
  to: string,
  name: string,
  sent: string[],
  onAcknowledged: (text: string) => void
) {
  for (let number = 0; ; number++) {
    const text = `${name} ${number}`
    sent.push(text)
    const answer = await device.call('sendMessageToUser', [to, text]).catch(() => undefined)
    if (!answer) return
    onAcknowledged(text)
  }
}

t.test(
  'killed under load, again and again, it has every message that it has acknowledged, once, in order',
  async (t) => {
    const dir = t.testdir()
    const cookies = new Map<string, string>()
    const acknowledged: string[] = []
    const sent: string[] = []

    for (let round = 0; round < kills; round++) {
      const messenger = await startMessenger(t, { dir })
      if (round === 0) for (const name of ['ann', 'bob']) cookies.set(name, await messenger.signUp(name))
      const enough = acknowledged.length + 100
      let tellEnough = () => {}
      const isEnough = new Promise<void>((resolve) => {
        tellEnough = resolve
      })
      const acknowledge = (text: string) => {
        if (acknowledged.push(text) >= enough) tellEnough()
      }
      const senders = Array.from({ length: sendersPerRound }, async (_, index) => {
        const [from, to] = index % 2 ? ['ann', '@bob'] : ['bob', '@ann']
        const device = await messenger.connect(cookies.get(from as string) as string)
        await talkUntilTheEnd(device, to as string, `${round}/${index}`, sent, acknowledge)
      })
      await isEnough
      await messenger.end('SIGKILL')
      await Promise.all(senders)
    }

    const messenger = await startMessenger(t, { dir })
    const historyOf = async (name: string, peer: string) => {
      const device = await messenger.connect(cookies.get(name) as string)
      const messages: Message[] = []
      for (let start = 0; messages.length === start; start += 500) {
        messages.push(...(await device.call<Message[]>('getMessagesWithUser', [peer, start, start + 500])))
      }
      return messages.reverse()
    }
    const history = await historyOf('ann', '@bob')
    t.same(await historyOf('bob', '@ann'), history, 'both histories agree')
    t.same(
      history.map(({ seq }) => seq),
      history.map((_, index) => index + 1),
      'numbered without a gap'
    )
    const texts = history.map(({ text }) => text)
    t.equal(new Set(texts).size, texts.length, 'nothing is there twice')
    t.same(
      acknowledged.filter((text) => !texts.includes(text)),
      [],
      'every acknowledged message is there'
    )
    t.same(
      texts.filter((text) => !sent.includes(text)),
      [],
      'and nothing that was not sent'
    )
    for (let index = 0; index < kills * sendersPerRound; index++) {
      const name = `${Math.floor(index / sendersPerRound)}/${index % sendersPerRound} `
      const ofOne = texts.filter((text) => text.startsWith(name)).map((text) => Number(text.slice(name.length)))
      t.same(
        ofOne,
        ofOne.map((_, number) => number),
        `those of ${name}are in the order in which they were sent`
      )
    }
    t.equal(await messenger.end('SIGTERM'), 0)
    const database = new SQLite(join(dir, 'data', 'messenger.db'))
    t.same(database.pragma('integrity_check'), [{ integrity_check: 'ok' }])
    database.close()
  }
)
