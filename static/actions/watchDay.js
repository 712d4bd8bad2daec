import { change } from '../state/session.js'
import { dayKey, msUntilMidnight } from '../views/text/dates.js'

// The page notices a changed clock, a sleep or a new time zone within this time.
const maxWaitMs = 60_000

/** Updates the state's `day` at midnight and when the user returns to the page. */
export function watchDay(store) {
  let timer

  function check() {
    clearTimeout(timer)
    const day = dayKey()
    if (store.get().day !== day) store.update(change({ day }))
    timer = setTimeout(check, Math.min(maxWaitMs, msUntilMidnight()))
  }

  window.addEventListener('focus', check)
  window.addEventListener('pageshow', check)
  document.addEventListener('visibilitychange', check)
  check()
}
