import { change } from '../state/session.js'
import { applyUpdates } from '../state/updates.js'

// So often a connection that seems to live is tried, and the cursor kept from growing old.
const intervalMs = 45_000
const pageItems = 500
// Who has missed more is quicker to load everything anew.
const maxPages = 20

export function createCatchUp({ store, rpc, report }) {
  let reading

  async function readPages() {
    for (let pages = 0; pages < maxPages; pages++) {
      const updates = await rpc.call('getUpdates', store.get().cursor, pageItems)
      store.update((state) => applyUpdates(state, updates))
      if (!updates.hasMore) return true
    }
    return false
  }

  /** Once at a time: two would set the cursor back. */
  function read() {
    if (reading) return reading
    store.update(change({ isCatchingUp: true }))
    reading = readPages().finally(() => {
      reading = undefined
      store.update(change({ isCatchingUp: false }))
    })
    return reading
  }

  function now() {
    if (store.get().isConnected) read().catch(report)
  }

  /** Reads after a read that is running, which may have been answered before the latest change. */
  async function afterPresentRead() {
    await reading?.catch(() => {})
    now()
  }

  setInterval(now, intervalMs)

  return {
    now,
    afterPresentRead,

    /** @returns {Promise<boolean>} whether all that was missed is here; not when it is too much, or from another server */
    all: () =>
      read().catch((error) => {
        if (error.name === 'InvalidParamsError') return false
        throw error
      })
  }
}
