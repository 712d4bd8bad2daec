import type { ObjectId } from 'mongodb'
import type { ReadMark, StoredMessage } from '../store.js'
import { countBehindMarks } from './behind.js'
import type { Collections, ConversationDocument } from './collections.js'
import { replay, stateOf } from './journal.js'
import type { DialogWrite } from './letters.js'
import { messageDocumentOf, toMessage } from './messages.js'

/** Where writes have got to, by their `_id`. */
export interface Located {
  /** Of one that is in a journal, everything but the text. */
  messages: Map<string, StoredMessage>
  /** Only of those that are in a journal. */
  marks: Map<string, ReadMark>
  /** Dialogs by their `_id`, as their journals leave them. */
  dialogs: Map<string, ConversationDocument>
}

/** Looks for writes in the journals, and for messages that are no longer there in their collection. */
export async function locate(collections: Collections, writes: DialogWrite[]): Promise<Located> {
  const located: Located = { messages: new Map(), marks: new Map(), dialogs: new Map() }
  await lookIntoJournals(collections, dialogsOf(writes), located)

  const gone = writes.filter(({ kind, _id }) => kind === 'message' && !located.messages.has(String(_id)))
  if (gone.length === 0) return located
  for await (const message of collections.messages.find({ _id: { $in: gone.map(({ _id }) => _id) } })) {
    const dialog = located.dialogs.get(String(message.conversationId)) as ConversationDocument
    located.messages.set(String(message._id), toMessage(dialog, message))
  }
  return located
}

export function dialogsOf(writes: DialogWrite[]): ObjectId[] {
  return [...new Map(writes.map(({ dialog }) => [String(dialog), dialog as ObjectId])).values()]
}

async function lookIntoJournals(collections: Collections, ids: ObjectId[], located: Located) {
  const projection = { 'journal.text': 0, 'last.text': 0 }
  const dialogs = await collections.conversations.find({ _id: { $in: ids } }, { projection }).toArray()
  const countBehind = await countBehindMarks(collections, dialogs)
  for (const dialog of dialogs) {
    const state = stateOf(dialog)
    const effects = replay(state, dialog.journal, countBehind)
    const { readSeq: readSeqA, unread: unreadA } = state.a
    const { readSeq: readSeqB, unread: unreadB } = state.b
    const after = { ...dialog, readSeqA, unreadA, readSeqB, unreadB }
    located.dialogs.set(String(dialog._id), after)
    for (const effect of effects) {
      const _id = String(effect.entry._id)
      if ('seq' in effect) located.messages.set(_id, toMessage(after, messageDocumentOf(dialog, effect, 0)))
      if ('mark' in effect) located.marks.set(_id, effect.mark)
    }
  }
}
