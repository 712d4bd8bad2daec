import type { Message } from '../../../src/schemas/message.js'
import type { Device } from '../device.js'
import type { Random } from '../random.js'
import { updatesSince } from './truth.js'

const rounds = 2
const deedsPerBurst = 12

export interface Person {
  tag: string
  /** Devices, one on each process. */
  devices: Device[]
  cursor: string
}

export interface Answer {
  message: Omit<Message, 'date'> & { date: number }
  duplicate?: boolean
}

export interface Sent {
  from: string
  to: string
  text: string
  clientMessageId?: string
  answer: Answer
}

interface Read {
  reader: string
  peer: string
  upToSeq: number
}

export interface Talk {
  random: Random
  people: Person[]
  /** Messages of each device, in order. */
  sent: Map<Device, Sent[]>
  read: Read[]
}

async function send({ sent }: Talk, device: Device, message: Omit<Sent, 'answer'>) {
  const { to, text, clientMessageId } = message
  const entry = { ...message } as Sent
  sent.set(device, [...(sent.get(device) ?? []), entry])
  entry.answer = await device.call<Answer>('sendMessageToUser', { receiverTag: to, text, clientMessageId })
}

/** Sends a burst on one device, without waiting for answers. */
function burst(talk: Talk, person: Person, device: Device, label: string): Promise<unknown> {
  const { random, people } = talk
  const deeds = Array.from({ length: deedsPerBurst }, (_, number) => {
    const peer = random.pick(people.filter((other) => other !== person))
    const message = { from: person.tag, to: peer.tag, text: `${label}/${number}` }
    if (random.isChance(0.6)) return send(talk, device, message)
    if (random.isChance(0.6)) {
      const shared = { ...message, clientMessageId: `id of ${message.text}` }
      return Promise.all(person.devices.map((any) => send(talk, any, shared)))
    }
    return read(talk, person, peer.tag)
  })
  return Promise.all(deeds)
}

async function read({ random, sent, read: marks }: Talk, { tag, devices }: Person, peer: string) {
  const known = [...sent.values()].flat().filter(({ from, to, answer }) => from === peer && to === tag && answer)
  const upToSeq = known.length > 0 && random.isChance(0.7) ? random.pick(known).answer.message.seq : undefined
  await random.pick(devices).call('markMessagesWithUserAsRead', { senderTag: peer, upToSeq })
  if (upToSeq) marks.push({ reader: tag, peer, upToSeq })
}

/** Follows a user's updates, each page from another process, until the talk is over. */
async function follow({ devices, cursor }: Person, random: Random, isOver: () => boolean) {
  const messages: Message[] = []
  for (let since = cursor, isLast = false; !isLast; ) {
    isLast = isOver()
    const updates = await updatesSince(devices, since, 1 + random.below(20))
    since = updates.cursor
    messages.push(...updates.messages)
  }
  return messages
}

/** Sends bursts on all devices at once. */
export async function talkTogether(talk: Talk, label: string): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const bursts = talk.people.flatMap((person) =>
      person.devices.map((device, index) => burst(talk, person, device, `${label} ${round}/${person.tag}/${index}`))
    )
    await Promise.all(bursts)
  }
}

/** Sends bursts while each person's updates are followed. Returns the messages of these updates by person. */
export async function talkFollowed(talk: Talk, label: string): Promise<Message[][]> {
  let isOver = false
  const following = talk.people.map((person) => follow(person, talk.random, () => isOver))
  await talkTogether(talk, label)
  isOver = true
  return Promise.all(following)
}
