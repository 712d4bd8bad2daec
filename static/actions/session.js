import { explain } from '../net/explain.js'
import { forgetPresence } from '../state/people.js'
import { change, createSession, notify } from '../state/session.js'

const ended = 'Your session has ended. Please log in again.'

export function createSessionActions({ store, rpc, http, route, tabs, outbox, drafts }) {
  function leave(kept = {}) {
    rpc.disconnect()
    store.update(() => ({ ...createSession('entry'), ...kept }))
  }

  function leaveAndForget() {
    drafts.forget()
    leave()
  }

  /** @param welcome the words that say that the server has accepted the user's data */
  const authenticate = (request, welcome) => async (user) => {
    await request(user)
    tabs.announce('logged in')
    store.update(change({ phase: 'starting', welcome, entryProblem: '' }))
    rpc.connect()
  }

  return {
    lose(closeCode, refusal) {
      outbox.giveUpAfter(closeCode)
      if (refusal) store.update(notify(`${refusal.message} Trying again…`))
      store.update((state) => ({ ...state, isConnected: false, people: forgetPresence(state) }))
    },

    /** Shows the log-in form after the server has refused the cookie. Unsent messages are kept for the same user. */
    expire() {
      const { phase, welcome, self, outbox: unsent, drafts: texts } = store.get()
      // A log-in in another tab has failed, and the user may be typing in this one.
      if (phase === 'entry') return
      const whyStarting = welcome ? noCookie(welcome) : ''
      leave({ self, outbox: unsent, drafts: texts, entryProblem: phase === 'messenger' ? ended : whyStarting })
    },

    logIn: authenticate(http.logIn, 'Your password is right'),
    signUp: authenticate(http.signUp, 'Your account is ready'),

    async logOut() {
      try {
        await http.logOut()
      } catch (error) {
        return store.update(notify(explain(error)))
      }
      tabs.announce('logged out')
      route.clear()
      leaveAndForget()
    },

    /** Follows a log-in or log-out in another tab, which shares the cookie. */
    follow(announcement) {
      if (announcement === 'logged in' && store.get().phase === 'entry') rpc.connect()
      if (announcement === 'logged out') leaveAndForget()
    }
  }
}

/** Explains why the browser did not keep the cookie: it blocks cookies, or a secure cookie came over plain HTTP. */
function noCookie(welcome) {
  const remedy = location.protocol === 'https:' ? '' : ', or open it with https://'
  return `${welcome}, but this browser did not keep the cookie that logs you in. Allow cookies for this page${remedy}, then log in again.`
}
