import { isTooSoon } from '../net/refusal.js'
import { knowPeople } from '../state/people.js'
import { change } from '../state/session.js'

const debounceMs = 250

export function createSearchActions({ store, rpc, report }) {
  let timer

  async function ask(text) {
    const found = await rpc.call('findUsersByTag', text)
    if (store.get().search.text !== text) return
    const tags = found.map(({ tag }) => tag)
    store.update((state) => ({ ...knowPeople(state, found), search: { text, found: tags } }))
  }

  function find(text) {
    ask(text).catch((error) => {
      if (isTooSoon(error)) timer = setTimeout(repeat, error.retryAfterMs)
      else report(error)
    })
  }

  function repeat() {
    const { text } = store.get().search
    if (text) find(text)
  }

  return {
    repeat,

    /** @param typed what the search field holds; nothing ends the search */
    search(typed) {
      const text = typed.trim()
      const { search } = store.get()
      if (text === search.text) return
      clearTimeout(timer)
      store.update(change({ search: { text, found: text ? search.found : null } }))
      if (text) timer = setTimeout(repeat, debounceMs)
    }
  }
}
