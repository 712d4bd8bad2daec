import { personOf } from '../../state/people.js'
import { peopleFound } from '../../state/search.js'
import { byId } from '../controls/elements.js'
import { createKeyedList } from '../controls/keyedList.js'
import { briefly, momentOf } from '../text/dates.js'
import { createDialogRow, fillDialogRow } from './dialogRow.js'

/** Shows the conversations, or the users found while the search field has a text. */
export function showDialogList({ store, route, search }) {
  const row = { create: createDialogRow, fill: fillDialogRow }
  const dialogs = byId('dialogs')
  const found = byId('found')
  const showDialogs = createKeyedList(dialogs, row)
  const showFound = createKeyedList(found, row)

  for (const list of [dialogs, found]) {
    list.addEventListener('click', (event) => openRow(event, { route, search }))
    list.addEventListener('keydown', moveByArrows)
  }

  store.watch(
    ({ dialogs, people, openTag, search, day }) => ({ dialogs, people, openTag, search, day }),
    (state) => {
      const isSearching = state.search.text !== ''
      dialogs.hidden = isSearching
      found.hidden = !isSearching
      showDialogs(state.dialogs.map((dialog) => itemOf(state, dialog.tag, dialog)))
      showFound(isSearching ? peopleFound(state).map((tag) => itemOf(state, tag)) : [])
    }
  )
}

function itemOf(state, tag, { text = '', date, isOwn = false, unreadIncoming = 0 } = {}) {
  const times = { date, when: date ? briefly(date) : '', moment: date ? momentOf(date) : '' }
  return {
    key: tag,
    person: personOf(state, tag),
    isOpen: tag === state.openTag,
    text,
    isOwn,
    unreadIncoming,
    ...times
  }
}

/** Opens the conversation of a row. The browser handles a click with a modifier key: it opens a new tab or window. */
function openRow(event, { route, search }) {
  const link = event.target.closest('a')
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return
  event.preventDefault()
  route.open(link.hash.slice(1))
  search.search('')
}

function moveByArrows(event) {
  const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key]
  const row = step && event.target.closest('li')?.[step]
  if (!row) return
  event.preventDefault()
  row.querySelector('a').focus()
}
