/** Which conversation is open is part of the address, so that a reload keeps it and a phone's back button leaves it. */
export function createRoute(onChange) {
  // Set where there is a list to go back to, so that `close` does not pile up entries.
  const fromList = { isFromList: true }

  function replace(state, hash) {
    history.replaceState(state, '', location.pathname + location.search + hash)
    onChange()
  }

  window.addEventListener('popstate', () => onChange())

  return {
    current,
    open(tag) {
      if (current()) return replace(history.state, `#${tag}`)
      history.pushState(fromList, '', `#${tag}`)
      onChange()
    },
    close() {
      if (history.state?.isFromList) history.back()
      else replace(null, '')
    },
    clear: () => replace(null, '')
  }
}

function current() {
  return /^#(@\w+)$/.exec(location.hash)?.[1]
}
