import { updateDialogs } from './dialogs.js'
import { addMessage, peerOf } from './notifications.js'
import { knowPeople } from './people.js'
import { change, changeSelf } from './session.js'

/** @param updates the result of `getUpdates`; known items change nothing */
export function applyUpdates(state, { messages, dialogs, users, cursor }) {
  const tags = messages.map((message) => peerOf(message, state.self))
  const withMessages = messages.reduce(addMessage, updateDialogs(state, dialogs, tags))
  return change({ cursor })(users.reduce(changeUser, withMessages))
}

function changeUser(state, user) {
  const { _id, tag, firstName, lastName, img } = user
  return tag === state.self.tag ? changeSelf({ _id, tag, firstName, lastName, img })(state) : knowPeople(state, [user])
}
