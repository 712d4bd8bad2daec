import { addPage, changeConversation, conversationOf, hasOlder } from '../state/conversations.js'
import { findDialog, markRead } from '../state/dialogs.js'
import { knowPeople } from '../state/people.js'
import { change, notify } from '../state/session.js'

const pageItems = 60
const maxPageItems = 500

/** The open conversation: whose it is, which of its messages are loaded, and that they are read. */
export function createConversationActions({ store, rpc, route, attention, report }) {
  /** So many that the first unread one is among them, and something before it. */
  async function loadNewest(tag) {
    const dialog = findDialog(store.get(), tag)
    const unread = dialog?.unreadIncoming ? dialog.lastSeq - dialog.readSeq : 0
    const count = Math.min(maxPageItems, unread + pageItems)
    const page = await rpc.call('getMessagesWithUser', tag, 0, count)
    store.update((state) => addPage(state, tag, page))
  }

  async function openWith(wantedTag) {
    const tag = await findTag({ store, rpc }, wantedTag)
    if (route.current() !== wantedTag) return
    if (!tag) return leaveNobody({ store, route }, wantedTag)
    if (store.get().openTag !== tag) store.update((state) => openConversation(state, tag))
    await loadNewest(tag)
  }

  return {
    /** @param tag of the other one, in any case; nothing closes what is open */
    async open(tag) {
      if (store.get().phase !== 'messenger') return
      if (tag) await openWith(tag).catch(report)
      else store.update(change({ openTag: null }))
    },

    /** When a message has come that does not join those that are loaded. */
    closeGap() {
      const { openTag, isConnected } = store.get()
      if (openTag && isConnected) loadNewest(openTag).catch(report)
    },

    async loadOlder() {
      const { openTag: tag, isConnected } = store.get()
      const conversation = conversationOf(store.get(), tag)
      if (!isConnected || conversation.older === 'loading' || !hasOlder(conversation)) return
      const { messages } = conversation
      const startIndex = messages.at(-1).seq - messages[0].seq + 1
      store.update((state) => changeConversation(state, tag, { older: 'loading' }))
      try {
        const page = await rpc.call('getMessagesWithUser', tag, startIndex, startIndex + pageItems)
        store.update((state) => addPage(state, tag, page))
      } catch (error) {
        store.update((state) => changeConversation(state, tag, { older: 'failed' }))
        report(error)
      }
    },

    markAsReadWhenSeen() {
      const state = store.get()
      const dialog = findDialog(state, state.openTag)
      if (!dialog?.unreadIncoming || !state.isConnected || !attention.isPresent()) return
      store.update((present) => markRead(present, dialog.tag, dialog.lastSeq))
      rpc.call('markMessagesWithUserAsRead', dialog.tag).catch(report)
    }
  }
}

function openConversation(state, tag) {
  const dialog = findDialog(state, tag)
  const firstUnreadSeq = dialog?.unreadIncoming ? dialog.readSeq + 1 : null
  return changeConversation({ ...state, openTag: tag }, tag, { firstUnreadSeq, older: 'idle' })
}

/** @returns the tag as its owner writes it, nothing when it is nobody's */
async function findTag({ store, rpc }, wantedTag) {
  const { people } = store.get()
  if (people[wantedTag]) return wantedTag
  const found = await rpc.call('findUsersByTag', wantedTag)
  const person = found.find(({ tag }) => tag.toLowerCase() === wantedTag.toLowerCase())
  if (person) store.update((state) => knowPeople(state, [person]))
  return person?.tag
}

function leaveNobody({ store, route }, tag) {
  store.update(notify(`Nobody has the tag ${tag}.`))
  route.close()
}
