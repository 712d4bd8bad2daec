import { countUnread } from '../state/dialogs.js'
import { showConversation } from './conversation.js'
import { byId } from './elements.js'
import { showEntry } from './entry.js'
import { leaveKeysToInputMethod } from './keyboard.js'
import { showNotice } from './notice.js'
import { showProfile } from './profile.js'
import { showSidebar } from './sidebar.js'

const name = 'Messenger'

/** The whole page: every view watches the part of the state that it shows. */
export function showPage(parts) {
  const { store } = parts
  leaveKeysToInputMethod()
  showPhase(parts)
  showConnection(parts)
  showTitle(store)
  showEntry(parts)
  showSidebar(parts)
  showConversation(parts)
  showProfile(parts)
  showNotice(store)
}

function showPhase({ store }) {
  store.watch(
    ({ phase }) => ({ phase }),
    ({ phase }) => {
      byId('starting').hidden = phase !== 'starting'
      byId('messenger').hidden = phase !== 'messenger'
    }
  )
}

function showConnection({ store, rpc }) {
  byId('reconnect').addEventListener('click', rpc.hurry)
  const showOffline = () => {
    byId('offline').hidden = navigator.onLine
  }
  for (const name of ['offline', 'online']) window.addEventListener(name, showOffline)
  showOffline()
  store.watch(
    ({ phase, isConnected }) => ({ phase, isConnected }),
    ({ phase, isConnected }) => {
      const isLost = isConnected === false
      byId('connection-lost').hidden = !(phase === 'messenger' && isLost)
      byId('starting-text').textContent = isLost ? 'The server cannot be reached. Trying again…' : 'Connecting…'
    }
  )
}

function showTitle(store) {
  store.watch(
    (state) => ({ unread: countUnread(state) }),
    ({ unread }) => {
      document.title = unread > 0 ? `(${unread}) ${name}` : name
    }
  )
}
