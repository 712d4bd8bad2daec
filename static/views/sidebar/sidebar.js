import { quote } from '../../net/explain.js'
import { fullName } from '../../state/people.js'
import { isAnswered, peopleFound } from '../../state/search.js'
import { showAvatar } from '../controls/avatar.js'
import { byId, element } from '../controls/elements.js'
import { showDialogList } from './dialogList.js'

const loadMoreWithinPx = 300

export function showSidebar({ store, route, session, dialogs, search }) {
  showDialogList({ store, route, search })
  showSelf({ store, session })
  showSearch({ store, search })

  const chats = byId('chats')
  chats.addEventListener('scroll', () => {
    if (chats.scrollHeight - chats.scrollTop - chats.clientHeight < loadMoreWithinPx) dialogs.loadMore()
  })

  store.watch(noteOf, ({ note, unknown }) => {
    byId('sidebar-note').replaceChildren(...(unknown ? nobodyFor(unknown) : [note]))
  })
}

function showSelf({ store, session }) {
  const hasUnsent = () => store.get().outbox.length > 0
  byId('log-out').addEventListener('click', () => {
    if (!hasUnsent() || confirm('Some messages have not been sent and will be lost. Log out?')) session.logOut()
  })
  window.addEventListener('beforeunload', (event) => {
    if (hasUnsent()) event.preventDefault()
  })

  store.watch(
    ({ self }) => ({ self }),
    ({ self }) => {
      if (!self) return
      byId('self-name').textContent = fullName(self)
      byId('self-tag').textContent = self.tag
      showAvatar(byId('self-avatar'), self)
    }
  )
}

function showSearch({ store, search }) {
  const input = byId('search')
  input.addEventListener('input', () => search.search(input.value))
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') byId('chats').querySelector('ul:not([hidden]) a')?.focus()
    if (event.key !== 'Escape') return
    input.value = ''
    search.search('')
  })

  store.watch(
    ({ search: { text }, self }) => ({ text, self }),
    ({ text }) => {
      if (text === '' && input.value.trim() !== '') input.value = ''
    }
  )
}

function noteOf(state) {
  const { search, dialogs, dialogsPaging } = state
  if (search.text) return { note: '', unknown: isAnswered(state) && peopleFound(state).length === 0 ? search.text : '' }
  if (!dialogsPaging.isLoaded) return { note: 'Loading…' }
  return { note: dialogs.length === 0 ? 'No conversations yet. Find somebody by name or tag and say hello.' : '' }
}

function nobodyFor(text) {
  return ['Nobody was found for “', element('bdi', '', [quote(text)]), '”.']
}
