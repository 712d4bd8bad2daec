import { explain } from '../net/explain.js'
import { forgetPresence } from '../state/people.js'
import { change, createSession, notify } from '../state/session.js'

export function createSessionActions({ store, rpc, http, route, tabs, outbox }) {
  function leave(kept = {}) {
    rpc.disconnect()
    store.update(() => ({ ...createSession('entry'), ...kept }))
  }

  const comeIn = (request) => async (user) => {
    await request(user)
    tabs.announce('logged in')
    store.update(change({ phase: 'starting' }))
    rpc.connect()
  }

  return {
    lose(closeCode, refusal) {
      outbox.giveUpAfter(closeCode)
      if (refusal) store.update(notify(`${refusal.message} Trying again…`))
      store.update((state) => ({ ...state, isConnected: false, people: forgetPresence(state) }))
    },

    /** The server knows nobody by this cookie, or there is none. What is not sent yet waits for the same user. */
    expire() {
      const { phase, self, outbox: unsent, drafts } = store.get()
      if (phase !== 'messenger') return leave()
      leave({ self, outbox: unsent, drafts, notice: { text: 'Your session has ended. Please log in again.' } })
    },

    logIn: comeIn(http.logIn),
    signUp: comeIn(http.signUp),

    async logOut() {
      try {
        await http.logOut()
      } catch (error) {
        return store.update(notify(explain(error)))
      }
      tabs.announce('logged out')
      route.clear()
      leave()
    },

    /** Another tab has got or lost the cookie that is this one's too. */
    follow(announcement) {
      if (announcement === 'logged in' && store.get().phase === 'entry') rpc.connect()
      if (announcement === 'logged out') leave()
    }
  }
}
