// No tag needs a longer address.
const maxLength = 500

/** Keeps the open conversation in the address, so that a reload keeps it and the back button leaves it. */
export function createRoute(onChange) {
  // A flag in the history entry tells `close` to go back instead of adding an entry.
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
 * Reads the tag from an address in the forms that people and programs write, such as `#@bob`, `#%40bob/` or `#bob`.
 *
 * @returns a tag that may not exist; undefined where the address has none
 */
function current() {
  const text = decode(location.hash.slice(1, maxLength)).replace(/^[\s/]+|[\s/]+$/g, '')
  return text ? `@${text.replace(/^@/, '')}` : undefined
}

/** Decodes percent-encoded UTF-8 and leaves all other characters unchanged. */
function decode(text) {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes)
    } catch {
      return bytes
    }
  })
}
