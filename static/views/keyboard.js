/** Whether typing needs no keyboard on the screen, which has no Shift+Enter and would cover what was just opened. */
export const hasKeyboard = matchMedia('(hover: hover) and (pointer: fine)')

// UI Events, 7.3.1: the code of a key that an input method has taken. In Safari the keydown that ends a composition comes
// after `compositionend`, without `isComposing`, and has this code alone.
const takenByInputMethod = 229

/** Keeps the keys of an input method from every other listener: they choose or cancel characters and do nothing else. */
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
