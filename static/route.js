// Longer addresses are nobody's.
const maxLength = 500

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

/**
 * Reads the address as people and other programs write it, such as `#@bob`, `#%40bob/` or `#bob`.
 *
 * @returns a tag that may be nobody's; undefined where the address names none
 */
function current() {
  const text = decode(location.hash.slice(1, maxLength)).replace(/^[\s/]+|[\s/]+$/g, '')
  return text ? `@${text.replace(/^@/, '')}` : undefined
}

/** Decodes percent-encoded UTF-8 and leaves everything else as it is. */
function decode(text) {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes)
    } catch {
      return bytes
    }
  })
}
