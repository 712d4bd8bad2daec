/** Matches devices without an on-screen keyboard. Such a keyboard has no Shift+Enter and covers part of the page. */
export const hasKeyboard = matchMedia('(hover: hover) and (pointer: fine)')

// UI Events, 7.3.1: the code of a key that an input method uses. In Safari the keydown that ends a composition comes
// after `compositionend`, without `isComposing`; only this code identifies it.
const takenByInputMethod = 229

/** Hides the keys of an input method from all other listeners, because those keys only choose or cancel characters. */
export function leaveKeysToInputMethod() {
  window.addEventListener(
    'keydown',
    (event) => {
      if (!event.isComposing && event.keyCode !== takenByInputMethod) return
      event.stopImmediatePropagation()
      if (wouldActOnPage(event)) event.preventDefault()
    },
    { capture: true }
  )
}

/** Tells whether the browser itself would send a form, empty a search field or close a dialog. */
function wouldActOnPage({ key, target }) {
  return key === 'Escape' || (key === 'Enter' && target.localName !== 'textarea')
}
