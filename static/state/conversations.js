const noConversation = { messages: [], isLoaded: false, older: 'idle', firstUnreadSeq: null, seenSeq: 0 }

/** @param message of the wire, where `date` is ISO 8601 text or epoch milliseconds */
export function messageFromWire({ _id, senderTag, seq, text, date, clientMessageId }, self) {
  return {
    // A message keeps the key that it had while it was being sent.
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

/** @param page of `getMessagesWithUser`, newest first */
export function addPage(state, tag, page) {
  const loaded = page.map((message) => messageFromWire(message, state.self)).reverse()
  const messages = joinBySeq(conversationOf(state, tag).messages, loaded)
  return changeConversation(state, tag, { messages, isLoaded: true, older: 'idle' })
}

/** A conversation has no holes: of two parts that do not touch, the newer one stays. */
function joinBySeq(known, loaded) {
  if (known.length === 0 || loaded.length === 0) return known.length === 0 ? loaded : known
  if (loaded[0].seq > known.at(-1).seq + 1) return loaded
  if (loaded.at(-1).seq < known[0].seq - 1) return known
  const before = loaded.filter(({ seq }) => seq < known[0].seq)
  const after = loaded.filter(({ seq }) => seq > known.at(-1).seq)
  return [...before, ...known, ...after]
}

/** A message that leaves a hole is not shown: the newest page is loaded instead. */
export function addMessageToConversation(state, tag, message) {
  const { messages, isLoaded } = conversationOf(state, tag)
  if (!isLoaded || message.seq !== newestSeq({ messages }) + 1) return state
  return changeConversation(state, tag, { messages: [...messages, message] })
}

/** The messages up to `seq` have been in sight. */
export function see(state, tag, seq) {
  return seq > conversationOf(state, tag).seenSeq ? changeConversation(state, tag, { seenSeq: seq }) : state
}

/** Of what has come after `seq`, while one was away, the first is shown to be new. */
export function showNews(state, tag, seq) {
  const isNews = conversationOf(state, tag).messages.some((message) => !message.isOwn && message.seq > seq)
  return isNews ? changeConversation(state, tag, { firstUnreadSeq: seq + 1 }) : state
}

/** @returns the `seq` of the newest message that is loaded, 0 without one */
export function newestSeq({ messages }) {
  return messages.at(-1)?.seq ?? 0
}

export function hasOlder({ messages }) {
  return messages.length > 0 && messages[0].seq > 1
}
