import type { Device, RpcError } from '../device.js'
import type { MessengerProcess } from '../messengerProcess.js'

/** A message and its outcome, as far as the sender knows. */
export interface Sent {
  sender: string
  text: string
  /** Message of the answer. */
  message?: { _id: string; seq: number; date: number }
  /** Error of the answer. */
  error?: RpcError
}

/** Field that an answer sets. */
type Outcome = 'message' | 'error'

/** People who send without pause. */
export interface Load {
  /** Messages, in order for each sender. */
  sent: Sent[]
  /** Sends one message after the other until the connection ends. */
  talk(device: Device, to: string, sender: string): Promise<void>
  /** Resolves after this number of further messages with the outcome. */
  more(count: number, outcome?: Outcome): Promise<void>
}

export function createLoad(): Load {
  const sent: Sent[] = []
  const observers: ((entry: Sent) => void)[] = []

  return {
    sent,
    async talk(device, to, sender) {
      for (let number = 0; ; number++) {
        const entry: Sent = { sender, text: `${sender}: ${number}` }
        sent.push(entry)
        const answer = await device
          .call<Pick<Sent, 'message'>>('sendMessageToUser', [to, entry.text])
          .catch(({ error }: Pick<Sent, 'error'>) => ({ error }))
        Object.assign(entry, answer)
        for (const observe of observers) observe(entry)
        if (!entry.message && !entry.error) return
      }
    },
    more(count, outcome = 'message') {
      let left = count
      return new Promise((resolve) => {
        observers.push((entry) => {
          if (entry[outcome] && --left === 0) resolve()
        })
      })
    }
  }
}

/** Lets two users talk to each other over some connections. `over` resolves when all are closed. */
export async function talkToEachOther(
  messenger: MessengerProcess,
  load: Load,
  cookies: { ann: string; bob: string },
  label: string,
  connectionsEach = 2
): Promise<{ devices: Device[]; over: Promise<unknown> }> {
  const pairs = Array.from({ length: connectionsEach }, () => [
    { cookie: cookies.ann, to: '@bob' },
    { cookie: cookies.bob, to: '@ann' }
  ]).flat()
  const devices = await Promise.all(pairs.map(({ cookie }) => messenger.connect(cookie)))
  const talks = devices.map((device, index) => {
    return load.talk(device, pairs[index]?.to as string, `${label}, ${index}`)
  })
  return { devices, over: Promise.all(talks) }
}
