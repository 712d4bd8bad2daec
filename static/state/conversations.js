// Above the first number of messages, a conversation keeps the second number around the reader's place.
const maxMessages = 400
const keptMessages = 300

/**
 * A conversation holds a part of the history without gaps. `older` and `newer` are `idle`, `loading` or `failed`. The view
 * scrolls to `start` whenever that is a new object: `{at: 'unread'}` is the first new message, `{at: 'end'}` the last one.
 */
export const noConversation = {
  messages: [],
  isLoaded: false,
  older: 'idle',
  newer: 'idle',
  firstUnreadSeq: null,
  start: { at: 'unread' }
}

/** @param message in the format of the protocol; `date` is ISO 8601 text or epoch milliseconds */
export function messageFromWire({ _id, senderTag, seq, text, date, clientMessageId }, self) {
  return {
    // A message keeps its key of the outbox.
    key: clientMessageId ?? _id,
    isOwn: senderTag === self.tag,
    seq,
    text,
    date: new Date(date).getTime()
  }
}

export function conversationOf({ conversations }, tag) {
  return conversations[tag] ?? noConversation
}

export function changeConversation(state, tag, changes) {
  const conversation = { ...conversationOf(state, tag), ...changes }
  return { ...state, conversations: { ...state.conversations, [tag]: conversation } }
}

/** @param page messages in the format of the protocol, oldest first; they change nothing if they do not adjoin the loaded ones */
export function addPage(state, tag, page) {
  const loaded = page.map((message) => messageFromWire(message, state.self))
  const { messages } = conversationOf(state, tag)
  const idle = changeConversation(state, tag, { older: 'idle', newer: 'idle' })
  return keepMessages(idle, tag, joinBySeq(messages, loaded) ?? messages)
}

/** @returns both parts as one; undefined where there is a gap between them */
export function joinBySeq(known, loaded) {
  if (known.length === 0 || loaded.length === 0) return known.length === 0 ? loaded : known
  if (loaded[0].seq > known.at(-1).seq + 1 || loaded.at(-1).seq < known[0].seq - 1) return undefined
  const before = loaded.filter(({ seq }) => seq < known[0].seq)
  const after = loaded.filter(({ seq }) => seq > known.at(-1).seq)
  return [...before, ...known, ...after]
}

/** Adds the next message. A message after a gap is not shown; it is loaded when the reader reaches the end. */
export function addMessageToConversation(state, tag, message) {
  const { messages, isLoaded } = conversationOf(state, tag)
  if (!isLoaded || message.seq !== newestSeq({ messages }) + 1) return state
  return keepMessages(state, tag, [...messages, message])
}

export function keepMessages(state, tag, messages, aroundSeq = placeIn(state, tag) ?? messages.at(-1)?.seq) {
  return changeConversation(state, tag, { messages: bound(messages, aroundSeq) })
}

function placeIn({ openTag, viewport }, tag) {
  return tag === openTag && viewport.topSeq > 0 ? viewport.topSeq : undefined
}

function bound(messages, aroundSeq) {
  if (messages.length <= maxMessages) return messages
  const middle = aroundSeq - messages[0].seq
  const start = Math.max(0, Math.min(middle - keptMessages / 2, messages.length - keptMessages))
  return messages.slice(start, start + keptMessages)
}

/** Marks the first message after `seq` as new, if another user has written since. */
export function showNews(state, tag, seq) {
  const isNews = conversationOf(state, tag).messages.some((message) => !message.isOwn && message.seq > seq)
  return isNews ? changeConversation(state, tag, { firstUnreadSeq: seq + 1 }) : state
}

/** @returns the `seq` of the newest loaded message; 0 without one */
export function newestSeq({ messages }) {
  return messages.at(-1)?.seq ?? 0
}

export function hasOlder({ messages }) {
  return messages.length > 0 && messages[0].seq > 1
}
