import { applyUpdates } from '../state/updates.js'

// So often a connection that seems to live is tried, and the cursor kept from growing old.
const intervalMs = 45_000
// Who has missed more is quicker to load everything anew.
const maxPages = 5

export function createCatchUp({ store, rpc, report }) {
  async function readUpdates() {
    for (let pages = 0; pages < maxPages; pages++) {
      const updates = await rpc.call('getUpdates', store.get().cursor)
      store.update((state) => applyUpdates(state, updates))
      if (!updates.hasMore) return true
    }
    return false
  }

  function now() {
    if (store.get().isConnected) readUpdates().catch(report)
  }

  setInterval(now, intervalMs)

  return {
    now,

    /** @returns {Promise<boolean>} whether all that was missed is here; not when it is too much, or from another server */
    all: () =>
      readUpdates().catch((error) => {
        if (error.name === 'InvalidParamsError') return false
        throw error
      })
  }
}
