import { explain } from '../net/explain.js'
import { isConnectionLost } from '../net/refusal.js'
import { notify } from '../state/session.js'

/** Makes what tells the user of an error, except of a lost connection: that is shown already, and mends itself. */
export function createReport(store) {
  return (error) => {
    if (!isConnectionLost(error)) store.update(notify(explain(error)))
  }
}
