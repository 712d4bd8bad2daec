import { knowPeople } from '../state/people.js'
import { change } from '../state/session.js'

const debounceMs = 250

export function createSearchActions({ store, rpc, report }) {
  let timer

  async function find(text) {
    const found = await rpc.call('findUsersByTag', text)
    if (store.get().search.text !== text) return
    const tags = found.map(({ tag }) => tag)
    store.update((state) => ({ ...knowPeople(state, found), search: { text, found: tags } }))
  }

  return {
    repeat() {
      const { text } = store.get().search
      if (text) find(text).catch(report)
    },

    /** @param typed what the search field holds; nothing ends the search */
    search(typed) {
      const text = typed.trim()
      const { search } = store.get()
      if (text === search.text) return
      clearTimeout(timer)
      store.update(change({ search: { text, found: text ? search.found : null } }))
      if (text) timer = setTimeout(() => find(text).catch(report), debounceMs)
    }
  }
}
