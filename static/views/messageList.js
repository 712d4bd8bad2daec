import { conversationOf, hasOlder, see } from '../state/conversations.js'
import { findDialog } from '../state/dialogs.js'
import { fullName, personOf } from '../state/people.js'
import { haveSameFields } from '../state/store.js'
import { byId } from './elements.js'
import { createKeyedList } from './keyedList.js'
import { createLogRow, fillLogRow } from './messageRow.js'
import { messageRows } from './messageRows.js'
import { createScrollKeeper } from './scrollKeeper.js'

const loadOlderWithinPx = 400
// So much of a message, and it has been seen.
const inSightPx = 20

export function showMessageList({ store, history, outbox }) {
  const log = byId('log')
  const showRows = createKeyedList(byId('messages'), { create: createLogRow, fill: fillLogRow })
  const scroll = createScrollKeeper({ log, list: byId('messages'), jumpDown: byId('jump-down') })
  let shown = {}
  log.tabIndex = 0

  const loadOlderWhenNear = () => {
    const { older } = conversationOf(store.get(), store.get().openTag)
    if (log.scrollTop < loadOlderWithinPx && older === 'idle') history.loadOlder()
  }
  const seeWhatIsInSight = () => {
    const seq = lastSeqInSight(log, byId('messages'))
    store.update((state) => (state.openTag ? see(state, state.openTag, seq) : state))
  }
  log.addEventListener('scroll', loadOlderWhenNear)
  log.addEventListener('scroll', seeWhatIsInSight)
  byId('load-older').addEventListener('click', () => history.loadOlder())
  byId('messages').addEventListener('click', ({ target }) => actOnMessage(target, outbox))

  store.watch(viewOf, (view) => {
    if (!view.openTag) return
    const rows = messageRows({
      ...view,
      sending: view.outbox.filter(({ receiverTag }) => receiverTag === view.openTag)
    })
    showNote(view, rows.length)
    const next = { tag: view.openTag, firstSeq: view.conversation.messages[0]?.seq }
    // Only what comes while one looks on is to be read out, not what is loaded.
    log.ariaLive = haveSameFields(shown, next) ? 'polite' : 'off'
    scroll.keep(() => showRows(rows), { isAnother: next.tag !== shown.tag, lastRow: rows.at(-1) })
    shown = view.conversation.isLoaded ? next : {}
    loadOlderWhenNear()
    seeWhatIsInSight()
  })
}

/** Of a message as long as the log its beginning is enough. */
function lastSeqInSight(log, list) {
  const bottom = log.scrollTop + log.clientHeight
  const rows = Array.from(list.querySelectorAll('[data-seq]'))
  return Number(rows.findLast((row) => row.offsetTop + inSightPx <= bottom)?.dataset.seq ?? 0)
}

function viewOf(state) {
  const { openTag, outbox } = state
  return {
    openTag,
    outbox,
    conversation: conversationOf(state, openTag),
    dialog: findDialog(state, openTag),
    peerName: fullName(personOf(state, openTag))
  }
}

function showNote({ conversation, peerName }, rowCount) {
  const note = byId('log-note')
  byId('load-older').hidden = !hasOlder(conversation)
  byId('load-older').textContent = conversation.older === 'loading' ? 'Loading…' : 'Load older messages'
  note.textContent = conversation.isLoaded ? `This is the beginning. Say hello to ${peerName}.` : 'Loading…'
  note.hidden = rowCount > 0
}

function actOnMessage(target, outbox) {
  const { action } = target.dataset
  const key = target.closest('.message')?.dataset.key
  if (action === 'retry') outbox.retry(key)
  if (action === 'discard') outbox.discard(key)
}
