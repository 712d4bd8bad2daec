import { dayOf, isSameDay, momentOf, timeOf } from './dates.js'

const groupWithinMs = 5 * 60 * 1000

/**
 * What the log shows, top to bottom: days, the line above what is new, messages, and what is being sent.
 *
 * @param view `{conversation, dialog, sending, peerName}`, where `sending` is the outbox of this conversation
 */
export function messageRows({ conversation, dialog, sending, peerName }) {
  const peerReadSeq = dialog?.peerReadSeq ?? 0
  const messages = [...conversation.messages.map((message) => stored(message, peerReadSeq)), ...sending.map(waiting)]
  const { firstUnreadSeq } = conversation
  const isLoaded = firstUnreadSeq !== null && messages[0]?.seq <= firstUnreadSeq
  const firstUnread = isLoaded && messages.find(({ isOwn, seq }) => !isOwn && seq >= firstUnreadSeq)

  return messages.flatMap((message, index) => {
    const previous = messages[index - 1]
    const isNewDay = !(previous && isSameDay(previous.date, message.date))
    const isNew = message === firstUnread
    return [
      ...(isNewDay ? [dayRow(message)] : []),
      ...(isNew ? [{ key: 'unread', kind: 'unread' }] : []),
      messageRow(message, { peerName, isFirst: isNewDay || isNew || !isOneGroup(previous, message) })
    ]
  })
}

function stored({ key, isOwn, seq, text, date }, peerReadSeq) {
  const status = seq <= peerReadSeq ? 'read' : 'sent'
  return { key, isOwn, seq, text, date, status: isOwn ? status : 'received', problem: null }
}

function waiting({ clientMessageId, text, date, problem }) {
  return { key: clientMessageId, isOwn: true, text, date, status: problem ? 'failed' : 'sending', problem }
}

function isOneGroup(previous, { isOwn, date }) {
  return previous.isOwn === isOwn && date - previous.date < groupWithinMs
}

/** The server's clock may have been set back, so that a day comes twice. */
function dayRow({ key, date }) {
  return { key: `day of ${key}`, kind: 'day', label: dayOf(date) }
}

function messageRow({ key, isOwn, seq, text, date, status, problem }, { peerName, isFirst }) {
  const author = isOwn ? 'You' : peerName
  const [time, moment] = [timeOf(date), momentOf(date)]
  return { key, kind: 'message', seq, isOwn, isFirst, author, text, time, moment, date, status, problem }
}
