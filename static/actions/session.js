import { explain } from '../net/explain.js'
import { forgetPresence } from '../state/people.js'
import { change, createSession, notify } from '../state/session.js'

const ended = 'Your session has ended. Please log in again.'

export function createSessionActions({ store, rpc, http, route, tabs, outbox, drafts }) {
  function leave(kept = {}) {
    rpc.disconnect()
    store.update(() => ({ ...createSession('entry'), ...kept }))
  }

  function leaveForGood() {
    drafts.forget()
    leave()
  }

  /** @param welcome how it is said that the server has accepted what the user typed */
  const comeIn = (request, welcome) => async (user) => {
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

    /** The server knows nobody by this cookie, or there is none. What is not sent yet waits for the same user. */
    expire() {
      const { phase, welcome, self, outbox: unsent, drafts: texts } = store.get()
      // Another tab's log-in has come to nothing; here somebody may be typing.
      if (phase === 'entry') return
      const whyStarting = welcome ? noCookie(welcome) : ''
      leave({ self, outbox: unsent, drafts: texts, entryProblem: phase === 'messenger' ? ended : whyStarting })
    },

    logIn: comeIn(http.logIn, 'Your password is right'),
    signUp: comeIn(http.signUp, 'Your account is ready'),

    async logOut() {
      try {
        await http.logOut()
      } catch (error) {
        return store.update(notify(explain(error)))
      }
      tabs.announce('logged out')
      route.clear()
      leaveForGood()
    },

    /** Another tab has got or lost the cookie that is this one's too. */
    follow(announcement) {
      if (announcement === 'logged in' && store.get().phase === 'entry') rpc.connect()
      if (announcement === 'logged out') leaveForGood()
    }
  }
}

/** Explains a cookie that was not kept: it is blocked, or it is marked as secure and the page came over plain HTTP. */
function noCookie(welcome) {
  const remedy = location.protocol === 'https:' ? '' : ', or open it with https://'
  return `${welcome}, but this browser did not keep the cookie that logs you in. Allow cookies for this page${remedy}, then log in again.`
}
