import type { Message } from '../../../src/schemas/message.js'
import type { Updates } from '../../../src/schemas/update.js'
import type { UserInfo } from '../../../src/schemas/user.js'

type Body = Record<string, unknown>
type AnyMessage = Omit<Message, 'date' | 'isRead'> & { date: string | number }

interface Conversation {
  messages: Map<number, AnyMessage>
  readSeq: number
  peerReadSeq: number
  firstName: string | undefined
}

/** The knowledge of a device from notifications, answers and updates. */
export interface View {
  conversations: Map<string, Conversation>
  addMessage(message: AnyMessage): void
  /** Adds a result of getUpdates. */
  update(updates: Pick<Updates, 'messages' | 'dialogs' | 'users'>): void
  /** Adds a notification. */
  apply(code: number, body: Body): void
  lastSeqWith(tag: string): number
  /** Contradictions in what the device was sent. */
  contradictions: string[]
}

export function createView(ownTag: string): View {
  const conversations = new Map<string, Conversation>()
  const contradictions: string[] = []

  function conversationWith(tag: string): Conversation {
    const known = conversations.get(tag)
    if (known) return known
    const begun = { messages: new Map(), readSeq: 0, peerReadSeq: 0, firstName: undefined }
    conversations.set(tag, begun)
    return begun
  }

  const lastSeqWith = (tag: string) => Math.max(0, ...conversationWith(tag).messages.keys())

  function addMessage(message: AnyMessage) {
    const { _id, senderTag, receiverTag, text, seq, date } = message
    const { messages } = conversationWith(senderTag === ownTag ? receiverTag : senderTag)
    const known = messages.get(seq)
    if (known && known._id !== _id) contradictions.push(`${known._id} and ${_id} both have the number ${seq}`)
    messages.set(seq, { _id, senderTag, receiverTag, text, seq, date: new Date(date).getTime() })
  }

  const changes = new Map<number, (body: Body) => void>([
    [3001, (body) => addMessage(body as AnyMessage)],
    [3002, (body) => addMessage(body as AnyMessage)],
    [3200, ({ tag, firstName }) => setUser({ tag, firstName } as UserInfo)],
    [
      3300,
      ({ receiverTag }) => {
        conversationWith(receiverTag as string).peerReadSeq = lastSeqWith(receiverTag as string)
      }
    ],
    [
      3302,
      ({ tag, upToSeq }) => {
        conversationWith(tag as string).readSeq = upToSeq as number
      }
    ]
  ])

  function setUser({ tag, firstName }: Pick<UserInfo, 'tag' | 'firstName'>) {
    if (firstName && tag !== ownTag) conversationWith(tag).firstName = firstName
  }

  return {
    conversations,
    contradictions,
    lastSeqWith,
    addMessage,
    update({ messages, dialogs, users }) {
      for (const message of messages) addMessage(message)
      for (const { userInfo, readSeq, peerReadSeq } of dialogs) {
        const conversation = conversationWith(userInfo.tag)
        Object.assign(conversation, { readSeq, peerReadSeq })
        // A new name of a known user comes by updates of users alone.
        conversation.firstName ??= userInfo.firstName
      }
      for (const user of users) setUser(user)
    },
    apply: (code, body) => changes.get(code)?.(body)
  }
}
