import { dayOf, isSameDay, momentOf, timeOf } from '../text/dates.js'

const groupWithinMs = 5 * 60 * 1000

/**
 * Returns the rows of the log from top to bottom: days, the line above new messages, messages, and pending messages.
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

/** Creates the row of a day. Its key names a message: a day may occur twice after the server's clock was set back. */
function dayRow({ key, date }) {
  return { key: `day of ${key}`, kind: 'day', label: dayOf(date) }
}

function messageRow({ key, isOwn, seq, text, date, status, problem }, { peerName, isFirst }) {
  const author = isOwn ? 'You' : peerName
  const [time, moment] = [timeOf(date), momentOf(date)]
  return { key, kind: 'message', seq, isOwn, isFirst, author, text, time, moment, date, status, problem }
}
