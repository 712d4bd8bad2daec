import { change } from '../state/session.js'
import { applyUpdates } from '../state/updates.js'

// The interval for testing that the connection is alive and for keeping the cursor recent.
const intervalMs = 45_000
const pageItems = 500
// Beyond this many pages, loading everything again is faster.
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

  /** Reads the missed updates. Only one read runs at a time, because two would set the cursor back. */
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

  /** Reads once the current read has ended, because its answer may be older than the latest change. */
  async function afterCurrentRead() {
    await reading?.catch(() => {})
    now()
  }

  setInterval(now, intervalMs)

  return {
    now,
    afterCurrentRead,

    /** @returns {Promise<boolean>} true when everything missed is loaded; false when it is too much or the cursor is refused */
    all: () =>
      read().catch((error) => {
        if (error.name === 'InvalidParamsError') return false
        throw error
      })
  }
}
