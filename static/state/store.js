/**
 * Holds one immutable state. Watchers run after the changes of a task, not with each of them, and not with frames of
 * the screen, which a hidden tab does not get.
 */
export function createStore(initialState) {
  const watchers = []
  let state = initialState
  let isScheduled = false

  function runWatchers() {
    isScheduled = false
    for (const check of watchers) check()
  }

  return {
    get: () => state,

    update(change) {
      const next = change(state)
      if (next === state) return
      state = next
      if (!isScheduled) queueMicrotask(runWatchers)
      isScheduled = true
    },

    /** Calls `react` with what `select` picks from the state, an object, now and whenever one of its fields changed. */
    watch(select, react) {
      let last
      const check = () => {
        const selected = select(state)
        if (haveSameFields(last, selected)) return
        last = selected
        react(selected)
      }
      watchers.push(check)
      check()
    }
  }
}

export function haveSameFields(one = {}, other = {}) {
  const names = Object.keys(other)
  return names.length === Object.keys(one).length && names.every((name) => Object.is(one[name], other[name]))
}
