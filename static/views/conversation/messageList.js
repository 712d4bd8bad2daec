import { conversationOf, hasOlder } from '../../state/conversations.js'
import { findDialog } from '../../state/dialogs.js'
import { fullName, personOf } from '../../state/people.js'
import { hasNewer, see, seenIn } from '../../state/reading.js'
import { haveSameFields } from '../../state/store.js'
import { byId, element } from '../controls/elements.js'
import { createKeyedList } from '../controls/keyedList.js'
import { createJumpDown } from './jumpDown.js'
import { createLogRow, fillLogRow } from './messageRow.js'
import { messageRows } from './messageRows.js'
import { createScrollKeeper } from './scrollKeeper.js'
import { visibleRange } from './visibleRange.js'

const loadWithinPx = 400

export function showMessageList({ store, history, outbox, isPresent }) {
  const [log, list] = [byId('log'), byId('messages')]
  const showRows = createKeyedList(list, { create: createLogRow, fill: fillLogRow })
  const scroll = createScrollKeeper({ log, list, onMove: look })
  const jumpDown = createJumpDown(jump)
  let shown = {}
  log.tabIndex = 0

  /** Updates the visible range in the state, and loads messages that will soon be visible. */
  function look() {
    const seen = { ...visibleRange(log, list), isPresent: isPresent() }
    store.update((state) => (state.openTag ? see(state, seen) : state))
    const state = store.get()
    const { older, newer } = conversationOf(state, state.openTag)
    if (log.scrollTop < loadWithinPx && older === 'idle') history.loadOlder()
    if (scroll.distance() < loadWithinPx && newer === 'idle') history.loadNewer()
    jumpDown.show(state, scroll.distance())
  }

  function jump() {
    const state = store.get()
    if (state.isConnected && hasNewer(state, state.openTag)) history.jumpToEnd()
    else scroll.toBottom()
    log.focus({ preventScroll: true })
  }

  function show(view) {
    const rows = messageRows(view)
    const next = shownOf(view, rows, { shown, isAtBottom: scroll.isAtBottom() })
    showNotes(view, rows.length)
    // A screen reader reads out new messages only, not loaded history.
    log.ariaLive = isJustLonger(shown, next) ? 'polite' : 'off'
    scroll.keep(() => showRows(rows), { ...next, seenSeq: seenIn(store.get()) })
    shown = next
    if (next.isWritten && view.hasNewer) history.jumpToEnd()
    look()
  }

  listen({ list, history, outbox, look })
  store.watch(viewOf, (view) => {
    if (view.openTag) show({ ...view, sending: view.outbox.filter(({ receiverTag }) => receiverTag === view.openTag) })
    else shown = {}
  })
}

function listen({ list, history, outbox, look }) {
  window.addEventListener('focus', look)
  document.addEventListener('visibilitychange', look)
  byId('load-older').addEventListener('click', history.loadOlder)
  byId('load-newer').addEventListener('click', history.loadNewer)
  list.addEventListener('click', ({ target }) => actOnMessage(target, outbox))
}

function viewOf(state) {
  const { openTag, outbox, day, isConnected, isCatchingUp } = state
  return {
    openTag,
    outbox,
    day,
    isConnected,
    isCatchingUp,
    conversation: conversationOf(state, openTag),
    hasNewer: hasNewer(state, openTag),
    dialog: findDialog(state, openTag),
    peerName: fullName(personOf(state, openTag))
  }
}

/**
 * Compares the next view with the shown one. @returns `place`: the position to scroll to; `isLive`: true while the reader follows
 *   new messages at the end; `isWritten`: true when the last message was just written on this page.
 */
function shownOf({ openTag: tag, conversation, hasNewer }, rows, { shown, isAtBottom }) {
  const { messages, isLoaded } = conversation
  const start = isLoaded ? conversation.start : undefined
  const last = rows.at(-1)
  const sendingKey = last?.status === 'sending' ? last.key : undefined
  const isWritten = tag === shown.tag && sendingKey !== undefined && sendingKey !== shown.sendingKey
  const isStarting = start !== shown.start
  return {
    tag,
    start,
    firstSeq: messages[0]?.seq,
    sendingKey,
    isWritten,
    isLive: !isStarting && shown.reachesEnd && isAtBottom,
    reachesEnd: !hasNewer || (!isStarting && shown.reachesEnd && isAtBottom),
    place: isStarting ? start?.at : isWritten && 'end'
  }
}

function isJustLonger(shown, next) {
  const { tag, start, firstSeq, reachesEnd } = shown
  return (
    reachesEnd &&
    haveSameFields({ tag, start, firstSeq }, { tag: next.tag, start: next.start, firstSeq: next.firstSeq })
  )
}

function showNotes({ conversation, hasNewer, peerName }, rowCount) {
  const note = byId('log-note')
  showLoad(byId('load-older'), hasOlder(conversation), conversation.older, 'Load older messages')
  showLoad(byId('load-newer'), hasNewer, conversation.newer, 'Load newer messages')
  if (conversation.isLoaded)
    note.replaceChildren('This is the beginning. Say hello to ', element('bdi', '', [peerName]), '.')
  else note.textContent = 'Loading…'
  note.hidden = rowCount > 0
}

function showLoad(button, hasMore, status, label) {
  button.hidden = !hasMore
  button.textContent = status === 'loading' ? 'Loading…' : label
}

function actOnMessage(target, outbox) {
  const { action } = target.dataset
  const key = target.closest('.message')?.dataset.key
  if (action === 'retry') outbox.retry(key)
  if (action === 'discard') outbox.discard(key)
}
