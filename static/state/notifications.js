import { addMessageToConversation, messageFromWire } from './conversations.js'
import { addMessageToDialog, markRead, markReadByPeer } from './dialogs.js'
import { dropFromOutbox } from './outbox.js'
import { changePerson } from './people.js'
import { changeSelf } from './session.js'

const changes = new Map([
  [3001, addMessage],
  [3002, addMessage],
  [
    3100,
    (state, { loggedOutUserTag, lastSeen }) => changePerson(state, loggedOutUserTag, { isOnline: false, lastSeen })
  ],
  [3101, (state, { loggedInUserTag }) => changePerson(state, loggedInUserTag, { isOnline: true })],
  [3200, (state, { tag, ...fields }) => changePerson(state, tag, fields)],
  [3201, (state, fields) => changeSelf(fields)(state)],
  [3300, (state, { receiverTag }) => markReadByPeer(state, receiverTag)],
  [3302, (state, { tag, upToSeq }) => markRead(state, tag, upToSeq)]
])

export function applyNotification(state, { code, body }) {
  const change = state.self && changes.get(code)
  return change ? change(state, body) : state
}

export function peerOf({ senderTag, receiverTag }, self) {
  return senderTag === self.tag ? receiverTag : senderTag
}

/** Adds a stored message: an own one, sent here or in another tab, or one from another user. */
export function addMessage(state, wireMessage) {
  const tag = peerOf(wireMessage, state.self)
  const message = messageFromWire(wireMessage, state.self)
  const sent = dropFromOutbox(state, wireMessage.clientMessageId)
  return addMessageToConversation(addMessageToDialog(sent, tag, message), tag, message)
}
