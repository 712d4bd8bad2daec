import { isTooSoon, waitAfter } from '../net/refusal.js'
import { knowPeople } from '../state/people.js'
import { change } from '../state/session.js'

const debounceMs = 250
const maxSpacingMs = 2000
// No name and no tag is longer.
const maxCharacters = 256

/** Makes the search. It has one call at a time; the next one follows no sooner than the server allows. */
export function createSearchActions({ store, rpc, report }) {
  let timer
  let isAsking = false
  let allowedAt = 0
  // Between two calls; it grows with each refusal, so that the server need not refuse every other call.
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

  /** Ends a search that failed; the next connection repeats what a lost one has not answered. */
  function fail(error) {
    if (!isTooSoon(error)) {
      report(error)
      return true
    }
    spacingMs = Math.min(maxSpacingMs, spacingMs * 2)
    allowedAt = performance.now() + waitAfter(error)
    return false
  }

  return {
    repeat: () => askIn(0),

    /** @param typed what the search field holds; nothing ends the search */
    search(typed) {
      const text = typed.trim()
      const { search } = store.get()
      if (text === search.text) return
      store.update(change({ search: { text, found: text ? search.found : null } }))
      askIn(debounceMs)
    }
  }
}
