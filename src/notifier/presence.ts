import type { Identity } from '../schemas/user.js'

interface PresenceOptions {
  /** Milliseconds that a user stays online without a connection: a page reload is not shown as going offline. */
  offlineGraceMs: number
  /** Stores when a user was last seen, in epoch milliseconds. */
  setLastSeen(user: Identity, lastSeen: number): Promise<void>
  /** Stores the same where nothing waits for it. */
  noteLastSeen(user: Identity, lastSeen: number): Promise<void>
  /** Announces a user. The two are called alternately, and never at the same time for one user. */
  onOnline(user: Identity): Promise<void>
  onOffline(user: Identity, lastSeen: number): Promise<void>
  onError(error: unknown): void
}

interface PresenceEntry {
  user: Identity
  isOnline: boolean
  isAnnounced: boolean
  lastSeen?: number | undefined
  timer?: NodeJS.Timeout
  /** Resolves when the last announcement has been made. */
  settled: Promise<void>
}

/** Tracks which users are online. */
export function createPresence(options: PresenceOptions) {
  const { offlineGraceMs, onOnline, onOffline, onError } = options
  const entries = new Map<string, PresenceEntry>()

  const setLastSeen = ({ user, lastSeen = Date.now() }: PresenceEntry) =>
    options.setLastSeen(user, lastSeen).catch(onError)

  async function announce(entry: PresenceEntry): Promise<void> {
    const { user, isOnline, lastSeen = Date.now() } = entry
    entry.isAnnounced = isOnline
    if (!isOnline) await setLastSeen(entry)
    await (isOnline ? onOnline(user) : onOffline(user, lastSeen)).catch(onError)
    // Also for a user who arrives: it is all that is known if the process is killed.
    if (isOnline) options.noteLastSeen(user, Date.now()).catch(onError)
  }

  /** Announces the state of an entry when the announcements before it have been made, unless it is known already. */
  function settle(entry: PresenceEntry): void {
    const { user } = entry
    entry.settled = entry.settled.then(async () => {
      if (entry.isAnnounced !== entry.isOnline) await announce(entry)
      if (!entry.isOnline && entries.get(user._id) === entry) entries.delete(user._id)
    })
  }

  function goOffline(entry: PresenceEntry): void {
    entry.isOnline = false
    settle(entry)
  }

  return {
    /** Notes a user's first connection. */
    arrive(user: Identity): void {
      const known = entries.get(user._id)
      const entry: PresenceEntry = known ?? { user, isOnline: true, isAnnounced: false, settled: Promise.resolve() }
      entries.set(user._id, entry)
      clearTimeout(entry.timer)
      entry.isOnline = true
      entry.lastSeen = undefined
      settle(entry)
    },

    /** Notes the end of a user's last connection. */
    leave({ _id }: Identity): void {
      const entry = entries.get(_id) as PresenceEntry
      entry.lastSeen = Date.now()
      entry.timer = setTimeout(goOffline, offlineGraceMs, entry)
    },

    isOnline: (userId: string): boolean => entries.get(userId)?.isOnline === true,

    /** Stores when the users who are online were last seen, and notifies nobody. */
    async close(): Promise<void> {
      const present = [...entries.values()]
      for (const { timer } of present) clearTimeout(timer)
      await Promise.all(present.map(({ settled }) => settled))
      await Promise.all(present.map(setLastSeen))
    }
  }
}
