import { createConversationActions } from './actions/conversation.js'
import { createDialogActions } from './actions/dialogs.js'
import { keepInStep } from './actions/keepInStep.js'
import { createOutboxActions } from './actions/outbox.js'
import { createProfileActions } from './actions/profile.js'
import { createReport } from './actions/report.js'
import { createSearchActions } from './actions/search.js'
import { createSessionActions } from './actions/session.js'
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
  onOpen: () => session.start(),
  onNotification: (notification) => dialogs.receive(notification),
  onLost: (closeCode) => session.lose(closeCode),
  onRefused: () => session.expire()
})
const route = createRoute(() => conversation.open(route.current()))
const tabs = createTabs((announcement) => session.follow(announcement))
const attention = createAttention(() => {
  conversation.markAsReadWhenSeen()
  if (attention.isPresent()) rpc.checkNow()
})
window.addEventListener('online', rpc.checkNow)

const dialogs = createDialogActions({ store, rpc, report })
const conversation = createConversationActions({ store, rpc, route, attention, report })
const outbox = createOutboxActions({ store, rpc, dialogs })
const search = createSearchActions({ store, rpc, report })
const profile = createProfileActions({ store, rpc, http })
const session = createSessionActions({ store, rpc, http, route, tabs, outbox, dialogs, conversation, search })

showPage({ store, rpc, route, session, dialogs, conversation, outbox, search, profile })
keepInStep({ store, conversation })
rpc.connect()
