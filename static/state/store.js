/**
 * Holds one immutable state. Watchers run once after all changes of a task. They do not wait for animation frames,
 * which a hidden tab does not get.
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

    /** Calls `react` with the object that `select` returns, at once and after each change of one of its fields. */
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
