/** Whether the user is looking at the page; `onChange` comes when that may have changed. */
export function createAttention(onChange) {
  window.addEventListener('focus', onChange)
  document.addEventListener('visibilitychange', onChange)

  return { isPresent: () => document.visibilityState === 'visible' && document.hasFocus() }
}
