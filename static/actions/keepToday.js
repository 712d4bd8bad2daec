import { change } from '../state/session.js'
import { dayKey, msUntilMidnight } from '../views/dates.js'

// A clock that is set, a sleep and a journey into another time zone are noticed within this time.
const maxWaitMs = 60_000

/** Keeps the state's `day` up to date: at midnight, and when one comes back to the page. */
export function keepToday(store) {
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
