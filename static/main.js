import { createCatchUp } from './actions/catchUp.js'
import { createConversationActions } from './actions/conversation.js'
import { createDialogActions } from './actions/dialogs.js'
import { createDrafts } from './actions/drafts.js'
import { createHistoryActions } from './actions/history.js'
import { keepInStep } from './actions/keepInStep.js'
import { keepToday } from './actions/keepToday.js'
import { createOutboxActions } from './actions/outbox.js'
import { createProfileActions } from './actions/profile.js'
import { createReadMarks } from './actions/readMarks.js'
import { createReport } from './actions/report.js'
import { createSearchActions } from './actions/search.js'
import { createSessionActions } from './actions/session.js'
import { createStart } from './actions/start.js'
import { createAttention } from './attention.js'
import { createHttp } from './net/http.js'
import { createRpcClient } from './net/rpcClient.js'
import { createRoute } from './route.js'
import { createSession } from './state/session.js'
import { createStore } from './state/store.js'
import { createTabs } from './tabs.js'
import { showPage } from './views/page.js'

const store = createStore(createSession())
const http = createHttp()
const report = createReport(store)

const rpc = createRpcClient(`${location.protocol.replace('http', 'ws')}//${location.host}/`, {
  onOpen: (greeting) => start(greeting),
  onNotification: (notification) => dialogs.receive(notification),
  onLost: (closeCode, refusal) => session.lose(closeCode, refusal),
  onRefused: () => session.expire()
})
const route = createRoute(() => conversation.open(route.current()))
const tabs = createTabs((announcement) => session.follow(announcement))
const catchUp = createCatchUp({ store, rpc, report })
const attention = createAttention(() => {
  if (attention.isPresent()) comeBack()
})
window.addEventListener('offline', () => rpc.interrupt())
window.addEventListener('online', () => {
  rpc.abandon()
  comeBack()
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

showPage({ store, rpc, route, session, dialogs, history, outbox, search, profile, attention })
keepInStep({ store, readMarks, catchUp })
keepToday(store)
rpc.connect()

/** After a sleep of the machine a connection may be dead, though nobody has said so. */
function comeBack() {
  rpc.hurry()
  catchUp.now()
}
