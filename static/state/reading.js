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
 * The reader's place. `topSeq`: the first visible message. `seenSeq`: the last seen message. `lastSeq`: the last message of all
 * at the time when the end was loaded.
 */
export const noViewport = { topSeq: 0, seenSeq: 0, lastSeq: 0 }

// A closed conversation keeps this many messages, so that opening it again shows them at once.
const keptWhenClosed = 60

/** Opens a conversation at its first unread message or at its end, and keeps only the loaded messages around that place. */
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
  return { ...changeConversation(state, tag, kept), openTag: null, viewport: noViewport }
}

/** @param page messages in the format of the protocol, oldest first, at the reader's new place. Messages that do not adjoin are dropped. */
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
 * Takes the visible range from the view. An unseen message that follows only seen ones starts the new messages.
 *
 * @param range `{topSeq, bottomSeq, isPresent}`: the first and last visible message; true while the user looks at the page
 */
export function see(state, { topSeq, bottomSeq, isPresent }) {
  const { openTag: tag, viewport } = state
  const lastSeq = hasNewer(state, tag) ? viewport.lastSeq : newestSeq(conversationOf(state, tag))
  const seenSeq = isPresent ? Math.max(viewport.seenSeq, bottomSeq) : viewport.seenSeq
  const next = { topSeq, seenSeq, lastSeq }
  if (haveSameFields(viewport, next)) return state
  const hadSeenAll = viewport.lastSeq > 0 && seenIn(state) >= viewport.lastSeq
  const isNews = hadSeenAll && lastSeq > viewport.lastSeq && seenSeq < lastSeq
  return { ...(isNews ? showNews(state, tag, viewport.lastSeq) : state), viewport: next }
}

/** @returns the last `seq` of the open conversation that was seen, here or in another window */
export function seenIn(state) {
  return Math.max(state.viewport.seenSeq, findDialog(state, state.openTag)?.readSeq ?? 0)
}

/** Tells whether the history continues after the loaded messages. */
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
