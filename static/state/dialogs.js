import { conversationOf, newestSeq } from './conversations.js'
import { knowPeople } from './people.js'

function fromWire({ userInfo, senderTag, date, text, lastSeq, readSeq, peerReadSeq, unreadIncoming }) {
  const isOwn = senderTag !== userInfo.tag
  return { tag: userInfo.tag, isOwn, date: Date.parse(date), text, lastSeq, readSeq, peerReadSeq, unreadIncoming }
}

/**
 * @param page a page of `getDialogsList`; it replaces the known dialogs, or continues them
 * @param paging `{isFirst, hasMore}`
 */
export function addDialogs(state, page, { isFirst, hasMore }) {
  const present = new Map(state.dialogs.map((dialog) => [dialog.tag, dialog]))
  const loaded = page.map(fromWire).map((dialog) => newerOf(dialog, present.get(dialog.tag)))
  const tags = new Set(loaded.map(({ tag }) => tag))
  const others = isFirst ? [] : state.dialogs.filter(({ tag }) => !tags.has(tag))
  const users = page.map(({ userInfo }) => userInfo)
  return {
    ...knowPeople(state, users),
    dialogs: [...others, ...loaded],
    dialogsPaging: { isLoaded: true, hasMore }
  }
}

/**
 * @param page dialogs of `getUpdates`; a dialog that is not loaded matters only if it has a new message
 * @param tags tags of the dialogs with new messages, in the order of the messages
 */
export function updateDialogs(state, page, tags) {
  const ranks = new Map(tags.map((tag, index) => [tag, index]))
  const rankOf = ({ tag }) => ranks.get(tag) ?? -1
  const changed = new Map(page.map(fromWire).map((dialog) => [dialog.tag, dialog]))
  const present = state.dialogs.map((dialog) => newerOf(changed.get(dialog.tag) ?? dialog, dialog))
  const added = [...changed.values()].filter(({ tag }) => ranks.has(tag) && !findDialog(state, tag))
  const users = page.map(({ userInfo }) => userInfo)
  const dialogs = [...present, ...added].sort((one, other) => rankOf(other) - rankOf(one))
  return { ...knowPeople(state, users), dialogs }
}

/** Keeps the newer version of a dialog, because a pushed message may be newer than a list read before it. */
function newerOf(loaded, present) {
  return present && present.lastSeq > loaded.lastSeq ? present : loaded
}

export function findDialog({ dialogs }, tag) {
  return dialogs.find((dialog) => dialog.tag === tag)
}

/** Moves a message's dialog to the top. The dialog of an unknown user has to be loaded instead. */
export function addMessageToDialog(state, tag, { seq, text, date, isOwn }) {
  const dialog = findDialog(state, tag)
  if (!dialog || seq <= dialog.lastSeq) return state
  const unreadIncoming = dialog.unreadIncoming + (isOwn ? 0 : 1)
  const moved = { ...dialog, lastSeq: seq, text, date, isOwn, unreadIncoming }
  return { ...state, dialogs: [moved, ...state.dialogs.filter((one) => one !== dialog)] }
}

export function changeDialog(state, tag, change) {
  const dialogs = state.dialogs.map((dialog) => (dialog.tag === tag ? { ...dialog, ...change(dialog) } : dialog))
  return { ...state, dialogs }
}

/** Moves a read mark forward only. `isGuess` means that the unread count has to be read from the server. */
export function markRead(state, tag, upToSeq) {
  const { messages } = conversationOf(state, tag)
  return changeDialog(state, tag, ({ readSeq, lastSeq, unreadIncoming, isGuess }) => {
    if (upToSeq <= readSeq) return {}
    if (upToSeq >= lastSeq) return { readSeq: upToSeq, unreadIncoming: 0, isGuess: false }
    const left = countIncoming(messages, upToSeq, lastSeq)
    const read = countIncoming(messages, readSeq, upToSeq)
    if (left !== undefined) return { readSeq: upToSeq, unreadIncoming: left, isGuess: false }
    if (read !== undefined) return { readSeq: upToSeq, unreadIncoming: Math.max(0, unreadIncoming - read), isGuess }
    return { readSeq: upToSeq, unreadIncoming: Math.min(unreadIncoming, lastSeq - upToSeq), isGuess: true }
  })
}

/** Returns the number of the other user's messages between two marks; undefined where not all of them are loaded. */
function countIncoming(messages, afterSeq, upToSeq) {
  const isLoaded = messages[0]?.seq <= afterSeq + 1 && newestSeq({ messages }) >= upToSeq
  return isLoaded ? messages.filter(({ isOwn, seq }) => !isOwn && seq > afterSeq && seq <= upToSeq).length : undefined
}

export function markReadByPeer(state, tag) {
  return changeDialog(state, tag, ({ lastSeq }) => ({ peerReadSeq: lastSeq }))
}

export function countUnread({ dialogs }) {
  return dialogs.reduce((sum, { unreadIncoming }) => sum + unreadIncoming, 0)
}
