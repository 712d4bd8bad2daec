import type { ConversationDocument, MessageDocument } from '../../../../src/store/mongo/collections.js'
import type { StoredDialog } from '../../../../src/store/records.js'
import { findFaultOfPages } from './pageChecks.js'
import { follow } from './play.js'
import type { Client, Game, Scenario } from './scenario.js'
import { idOf, peerOf, type UserName, users } from './users.js'

/** The documents that are stored at the end. */
export interface Stored {
  messages: MessageDocument[]
  dialog: ConversationDocument | undefined
  counter: number
}

/** Says what is wrong; nothing when all is right. */
export type Check = (stored: Stored, game: Game, scenario: Scenario) => string | false | undefined

/** Lets a new process read everything, and compares. @returns what is wrong, or the empty text */
export async function findFault(scenario: Scenario, game: Game): Promise<string> {
  const { world } = game
  for (const process of world.processes) process.isAlone = true
  const fresh = await world.open('Z')
  // It is the only one that lives, so that all clients are connected to it.
  for (const process of world.processes) process.isDead = process !== fresh
  await readToTheEnd(scenario, game)
  const lists = await Promise.all(
    Object.keys(users).map(
      async (user) => [user, await fresh.store.dialogs.list(idOf(user as UserName), 0, 9)] as const
    )
  )
  const stored = readStored(game)
  const faults = Object.entries(checks).flatMap(([name, check]) => {
    const fault = check(stored, game, scenario)
    return fault ? [`${name}: ${fault}`] : []
  })
  for (const [user, [dialog]] of lists) faults.push(...unreadFaults(user as UserName, dialog, stored))
  return [...faults, ...findFaultOfPages(stored, game)].join('\n')
}

async function readToTheEnd({ clients, limit = 99 }: Scenario, { world, told, cursors }: Game) {
  for (const client of clients.filter(isFollower)) {
    let isMore = true
    while (isMore) {
      const count = told.pages.length
      await follow(world, client, { told, cursors, limit })
      isMore = told.pages.length > count && (told.pages.at(-1)?.hasMore ?? false)
    }
  }
}

export const isFollower = ({ acts }: Client) => acts.some((act) => 'follow' in act)

function readStored({ world: { replicaSet } }: Game): Stored {
  const all = <T>(name: string) => [...replicaSet.documents(name, replicaSet.committed()).values()] as unknown as T[]
  const messages = all<MessageDocument>('messages').sort((one, other) => one.seq - other.seq)
  const [setting] = all<{ value: number }>('settings')
  return { messages, dialog: all<ConversationDocument>('conversations')[0], counter: setting?.value as number }
}

const show = (messages: MessageDocument[]) =>
  messages.map(({ seq, text, version, sent }) => `${seq} ${text} (version ${version}, sent ${sent})`).join('; ')

const isGrowing = (numbers: number[]) =>
  numbers.every((number, index) => index === 0 || number > (numbers[index - 1] as number))

const checks: Record<string, Check> = {
  'each acknowledged message is stored once, as it was told': ({ messages }, { told }) => {
    const wrong = told.answers.find(({ text, added: { message } }) => {
      const found = messages.filter((stored) => stored.text === text)
      const [{ _id, seq, date } = {} as MessageDocument] = found
      return !(
        found.length === 1 &&
        String(_id) === message._id &&
        seq === message.seq &&
        date.getTime() === message.date
      )
    })
    return wrong !== undefined && `${wrong.text} as ${wrong.added.message.seq}, of ${show(messages)}`
  },
  'no message is stored twice': ({ messages }) => {
    const texts = messages.map(({ text }) => text)
    return new Set(texts).size < texts.length && show(messages)
  },
  'numbers have no gap': ({ messages }) => messages.some(({ seq }, index) => seq !== index + 1) && show(messages),
  'sent counts the messages of the sender': ({ messages }) => {
    const isWrong = messages.some(({ senderId, sent }, index) => {
      return sent !== messages.slice(0, index + 1).filter((other) => other.senderId.equals(senderId)).length
    })
    return isWrong && show(messages)
  },
  'dates do not go back': ({ messages }) =>
    messages.some(({ date }, index) => date < (messages[index - 1]?.date ?? 0)) && show(messages),
  'the order of each sender stays': ({ messages }, _, { clients }) => {
    const seqOf = new Map(messages.map(({ text, seq }) => [text, seq]))
    const orders = clients.map(({ acts }) => acts.flatMap((act) => ('send' in act ? act.send : [])))
    const isWrong = orders.some((texts) => !isGrowing(texts.flatMap((text) => seqOf.get(text) ?? [])))
    return isWrong && show(messages)
  },
  'versions grow with the numbers': ({ messages, counter, dialog }) => {
    const versions = messages.map(({ version }) => version ?? Number.NaN)
    const isWrong = !isGrowing(versions) || Math.max(0, ...versions) > counter || versions.includes(dialog?.marked ?? 0)
    return isWrong && `${show(messages)}; mark ${dialog?.marked}; counter ${counter}`
  },
  'the dialog is that of its last message': ({ messages, dialog }) => {
    const last = messages.at(-1)
    if (!last || !dialog) return messages.length > 0 && 'there is no dialog'
    const sentByA = messages.filter(({ senderId }) => senderId.equals(dialog.a)).length
    const isRight = dialog.lastSeq === last.seq && last._id.equals(dialog.lastId as never) && dialog.sentByA === sentByA
    return !(isRight && dialog.position === last.version) && `${JSON.stringify(dialog)} and ${show(messages)}`
  },
  // After a process has died the others tell their clients to catch up.
  'each acknowledged message was pushed': (_, { told, world }) => {
    return !world.faults.has('crash') && told.answers.find(({ text }) => !told.pushed.includes(text))?.text
  },
  'a message that may be tried again is acknowledged in the end': (_, { told }, { clients }) => {
    const wanted = clients.flatMap(({ acts }) => acts.flatMap((act) => ('send' in act && act.id ? act.send : [])))
    return wanted.find((text) => !told.answers.some((answer) => answer.text === text))
  },
  'nothing was refused': (_, { told }) => told.refused.map(({ message }) => message).join(),
  'read marks go forward': ({ dialog }, { told }) => {
    const wrong = told.marks.find(({ client, upToSeq }) => upToSeq > markOf(dialog, client.user))
    return wrong !== undefined && `${wrong.upToSeq} and ${JSON.stringify(dialog)}`
  }
}

function markOf(dialog: ConversationDocument | undefined, user: UserName): number {
  if (!dialog) return 0
  return dialog.a.equals(users[user]._id) ? dialog.readSeqA : dialog.readSeqB
}

type Listed = StoredDialog | undefined

/** Compares counts with the messages themselves. */
function unreadFaults(user: UserName, listed: Listed, { messages, dialog }: Stored): string[] {
  const unread = (reader: UserName) => {
    const fromPeer = messages.filter(({ senderId }) => senderId.equals(users[peerOf(reader)]._id))
    return fromPeer.filter(({ seq }) => seq > markOf(dialog, reader)).length
  }
  const expected =
    messages.length === 0 ? undefined : `${unread(user)} ${unread(peerOf(user))} ${messages.at(-1)?.text}`
  const { unreadIncoming, unreadOutgoing, lastMessage } = listed ?? {}
  const found = listed && `${unreadIncoming} ${unreadOutgoing} ${lastMessage?.text}`
  return found === expected ? [] : [`unread counts of ${user}: ${found} instead of ${expected}`]
}
