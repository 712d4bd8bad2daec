import { isRateLimited, retryDelayMs } from '../net/refusal.js'
import { knowPeople } from '../state/people.js'
import { change } from '../state/session.js'

const debounceMs = 250
const maxSpacingMs = 2000
// The longest name and the longest tag have this length.
const maxCharacters = 256

/** Creates the search. It makes one call at a time, at the rate that the server allows. */
export function createSearchActions({ store, rpc, report }) {
  let timer
  let isAsking = false
  let allowedAt = 0
  // The delay between two calls grows with each refusal. Otherwise the server would refuse every second call.
  let spacingMs = debounceMs

  function askIn(delayMs) {
    clearTimeout(timer)
    timer = setTimeout(ask, Math.max(delayMs, allowedAt - performance.now()))
  }

  async function ask() {
    const { text } = store.get().search
    if (isAsking || text === '') return
    isAsking = true
    allowedAt = performance.now() + spacingMs
    const isDone = await find(text).catch(fail)
    isAsking = false
    if (!isDone || store.get().search.text !== text) askIn(debounceMs)
  }

  async function find(text) {
    const isPossible = Array.from(text).length <= maxCharacters
    const people = isPossible ? await rpc.call('findUsers', text) : []
    const found = { text, tags: people.map(({ tag }) => tag) }
    store.update((state) => {
      const { text: typed } = state.search
      return { ...knowPeople(state, people), search: { text: typed, found: typed ? found : null } }
    })
    return true
  }

  /** Ends a failed search. The next connection repeats a search that a lost connection did not answer. */
  function fail(error) {
    if (!isRateLimited(error)) {
      report(error)
      return true
    }
    spacingMs = Math.min(maxSpacingMs, spacingMs * 2)
    allowedAt = performance.now() + retryDelayMs(error)
    return false
  }

  return {
    repeat: () => askIn(0),

    /** @param typed the content of the search field; an empty text ends the search */
    search(typed) {
      const text = typed.trim()
      const { search } = store.get()
      if (text === search.text) return
      store.update(change({ search: { text, found: text ? search.found : null } }))
      askIn(debounceMs)
    }
  }
}
