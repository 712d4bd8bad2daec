import { countUnread } from '../state/dialogs.js'
import { byId } from './controls/elements.js'
import { leaveKeysToInputMethod } from './controls/keyboard.js'
import { showConversation } from './conversation/conversation.js'
import { showEntry } from './entry.js'
import { showNotice } from './notice.js'
import { showProfile } from './profile.js'
import { showSidebar } from './sidebar/sidebar.js'

const name = 'Messenger'

/** Shows the page. Each view watches the part of the state that it shows. */
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
  byId('reconnect').addEventListener('click', rpc.reconnectNow)
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
