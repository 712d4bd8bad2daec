import {
  changeConversation,
  conversationOf,
  joinBySeq,
  keepMessages,
  messageFromWire,
  newestSeq,
  noConversation,
  showNews
} from './conversations.js'
import { findDialog } from './dialogs.js'
import { haveSameFields } from './store.js'

/**
 * The reader's place. `topSeq`: the first message in sight. `seenSeq`: the last one seen. `lastSeq`: the last of all when the
 * end was loaded.
 */
export const noSight = { topSeq: 0, seenSeq: 0, lastSeq: 0 }

// Of a conversation that is closed so many messages are kept, to be there at once when it is opened again.
const keptWhenClosed = 60

/** Opens a conversation at its first unread message, or at its end; of what is loaded, only that part is kept. */
export function openConversation(state, tag) {
  const closed = closeConversation(state)
  const known = conversationOf(closed, tag)
  const firstUnreadSeq = firstUnreadOf(findDialog(state, tag))
  const isThere = firstUnreadSeq === null ? !hasNewer(closed, tag) : hasUnread(known.messages, firstUnreadSeq)
  const changes = { ...(isThere ? known : noConversation), firstUnreadSeq, start: { at: 'unread' } }
  return changeConversation({ ...closed, openTag: tag }, tag, changes)
}

export function closeConversation(state) {
  const { openTag: tag } = state
  if (tag === null) return state
  const { messages } = conversationOf(state, tag)
  const kept = hasNewer(state, tag) ? noConversation : { messages: messages.slice(-keptWhenClosed) }
  return { ...changeConversation(state, tag, kept), openTag: null, sight: noSight }
}

/** @param page messages of the wire, oldest first, where the reader now is; what does not join them is dropped */
export function goTo(state, tag, page, at) {
  if (state.openTag !== tag) return state
  const loaded = page.map((message) => messageFromWire(message, state.self))
  const { messages, firstUnreadSeq } = conversationOf(state, tag)
  const changed = changeConversation(state, tag, {
    isLoaded: true,
    older: 'idle',
    newer: 'idle',
    firstUnreadSeq: at === 'unread' ? firstUnreadOf(findDialog(state, tag)) : firstUnreadSeq,
    start: { at }
  })
  const place = at === 'unread' ? loaded[0] : loaded.at(-1)
  return keepMessages(changed, tag, joinBySeq(messages, loaded) ?? loaded, place?.seq)
}

/**
 * Takes from the view what is in sight. A message that comes unseen after all others were seen begins the new ones.
 *
 * @param sight `{topSeq, bottomSeq, isPresent}`, the first and the last message in sight, and whether somebody looks
 */
export function see(state, { topSeq, bottomSeq, isPresent }) {
  const { openTag: tag, sight } = state
  const lastSeq = hasNewer(state, tag) ? sight.lastSeq : newestSeq(conversationOf(state, tag))
  const seenSeq = isPresent ? Math.max(sight.seenSeq, bottomSeq) : sight.seenSeq
  const next = { topSeq, seenSeq, lastSeq }
  if (haveSameFields(sight, next)) return state
  const hadSeenAll = sight.lastSeq > 0 && seenIn(state) >= sight.lastSeq
  const isNews = hadSeenAll && lastSeq > sight.lastSeq && seenSeq < lastSeq
  return { ...(isNews ? showNews(state, tag, sight.lastSeq) : state), sight: next }
}

/** @returns up to which `seq` the open conversation was seen, here or in another window */
export function seenIn(state) {
  return Math.max(state.sight.seenSeq, findDialog(state, state.openTag)?.readSeq ?? 0)
}

/** Tells whether the history goes on after what is loaded. */
export function hasNewer(state, tag) {
  const conversation = conversationOf(state, tag)
  return conversation.isLoaded && findDialog(state, tag)?.lastSeq > newestSeq(conversation)
}

function firstUnreadOf(dialog) {
  return dialog?.unreadIncoming > 0 ? dialog.readSeq + 1 : null
}

function hasUnread(messages, firstUnreadSeq) {
  return messages[0]?.seq <= firstUnreadSeq && messages.some(({ isOwn, seq }) => !isOwn && seq >= firstUnreadSeq)
}
