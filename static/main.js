import { createCatchUp } from './actions/catchUp.js'
import { createConversationActions } from './actions/conversation.js'
import { createDialogActions } from './actions/dialogs.js'
import { createDrafts } from './actions/drafts.js'
import { createHistoryActions } from './actions/history.js'
import { createOutboxActions } from './actions/outbox.js'
import { createProfileActions } from './actions/profile.js'
import { createReadMarks } from './actions/readMarks.js'
import { createSearchActions } from './actions/search.js'
import { createSessionActions } from './actions/session.js'
import { createStart } from './actions/start.js'
import { syncReadMarks } from './actions/syncReadMarks.js'
import { watchDay } from './actions/watchDay.js'
import { explain } from './net/explain.js'
import { createHttp } from './net/http.js'
import { isConnectionLost } from './net/refusal.js'
import { createRpcClient } from './net/rpcClient.js'
import { createRoute } from './route.js'
import { createSession, notify } from './state/session.js'
import { createStore } from './state/store.js'
import { createTabs } from './tabs.js'
import { showPage } from './views/page.js'

const store = createStore(createSession())
const http = createHttp()

const rpc = createRpcClient(`${location.protocol.replace('http', 'ws')}//${location.host}/`, {
  onOpen: (greeting) => start(greeting),
  onNotification: (notification) => dialogs.receive(notification),
  onLost: (closeCode, refusal) => session.lose(closeCode, refusal),
  onRefused: () => session.expire()
})
const route = createRoute(() => conversation.open(route.current()))
const tabs = createTabs((announcement) => session.follow(announcement))
const catchUp = createCatchUp({ store, rpc, report })
for (const [target, event] of [
  [window, 'focus'],
  [document, 'visibilitychange']
]) {
  target.addEventListener(event, () => isPresent() && resume())
}
window.addEventListener('offline', () => rpc.dropConnection())
window.addEventListener('online', () => {
  rpc.cancelConnecting()
  resume()
})

const dialogs = createDialogActions({ store, rpc, report })
const history = createHistoryActions({ store, rpc, dialogs, report })
const readMarks = createReadMarks({ store, rpc, report })
const conversation = createConversationActions({ store, rpc, route, readMarks, history, report })
const outbox = createOutboxActions({ store, rpc, dialogs })
const drafts = createDrafts(store)
const search = createSearchActions({ store, rpc, report })
const profile = createProfileActions({ store, rpc, http })
const session = createSessionActions({ store, rpc, http, route, tabs, outbox, drafts })
const start = createStart({
  store,
  rpc,
  route,
  outbox,
  catchUp,
  dialogs,
  conversation,
  history,
  search,
  drafts
})

showPage({ store, rpc, route, session, dialogs, history, outbox, search, profile, isPresent })
syncReadMarks({ store, readMarks, catchUp })
watchDay(store)
rpc.connect()

/** Tells the user about an error. The page shows a lost connection elsewhere. */
function report(error) {
  if (!isConnectionLost(error)) store.update(notify(explain(error)))
}

/** Tells whether the user is looking at the page. */
function isPresent() {
  return document.visibilityState === 'visible' && document.hasFocus()
}

/** Tests the connection, because it may be dead without notice after a sleep of the machine. */
function resume() {
  rpc.reconnectNow()
  catchUp.now()
}
