import { fullName, personOf } from '../../state/people.js'
import { showAvatar } from '../controls/avatar.js'
import { byId } from '../controls/elements.js'
import { hasKeyboard } from '../controls/keyboard.js'
import { whenOf } from '../text/dates.js'
import { showComposer } from './composer.js'
import { showMessageList } from './messageList.js'

export function showConversation({ store, route, history, outbox, isPresent }) {
  const pane = byId('open-conversation')
  byId('back').addEventListener('click', () => route.close())

  store.watch(
    ({ openTag }) => ({ openTag }),
    ({ openTag }) => {
      byId('messenger').dataset.pane = openTag ? 'conversation' : 'chats'
      byId('no-conversation').hidden = openTag !== null
      pane.hidden = openTag === null
    }
  )
  store.watch(
    (state) => ({
      person: state.openTag && personOf(state, state.openTag),
      isConnected: state.isConnected,
      day: state.day
    }),
    showPeer
  )

  showMessageList({ store, history, outbox, isPresent })
  showComposer({ store, outbox })
  moveFocus(store)
}

function showPeer({ person, isConnected }) {
  if (!person) return
  byId('peer-name').firstElementChild.textContent = fullName(person)
  byId('peer-tag').textContent = person.tag
  const presence = person.isOnline ? 'online' : `last seen ${whenOf(person.lastSeen)}`
  byId('peer-presence').textContent = isConnected && person.lastSeen ? ` · ${presence}` : ''
  showAvatar(byId('peer-avatar'), person)
}

function moveFocus(store) {
  let lastTag = null
  store.watch(
    ({ openTag }) => ({ openTag }),
    ({ openTag }) => {
      if (openTag) (hasKeyboard.matches ? byId('message-text') : byId('peer-name')).focus()
      else if (lastTag) byId('dialogs').querySelector(`a[href="#${lastTag}"]`)?.focus()
      lastTag = openTag
    }
  )
}
