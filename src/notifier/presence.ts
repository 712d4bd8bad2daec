import type { Identity } from '../schemas/user.js'

export interface Presence {
  /** A user's first connection has opened. */
  arrive(user: Identity): void
  /** A user's last connection has ended. */
  leave(user: Identity): void
  isOnline(userId: string): boolean
  /** Remembers when those who are still there were last seen, and tells nobody. */
  close(): Promise<void>
}

interface PresenceOptions {
  /** So long somebody without a connection is still online: a reload is no offline. */
  offlineGraceMs: number
  /** Keeps when a user was last seen, in epoch milliseconds. */
  remember(user: Identity, lastSeen: number): Promise<void>
  /** The same, where nobody is waiting for it. */
  note(user: Identity, lastSeen: number): Promise<void>
  /** The two are never called at the same time for one user, and always in turn. */
  onOnline(user: Identity): Promise<void>
  onOffline(user: Identity, lastSeen: number): Promise<void>
  onError(error: unknown): void
}

interface Attendance {
  user: Identity
  isOnline: boolean
  isAnnounced: boolean
  lastSeen: number | undefined
  timer: NodeJS.Timeout | undefined
  /** When the last announcement has been made. */
  settled: Promise<void>
}

/** Who is online. */
export function createPresence(options: PresenceOptions): Presence {
  const { offlineGraceMs, onOnline, onOffline, onError } = options
  const attendances = new Map<string, Attendance>()

  const remember = ({ user, lastSeen = Date.now() }: Attendance) => options.remember(user, lastSeen).catch(onError)

  async function announce(attendance: Attendance): Promise<void> {
    const { user, isOnline, lastSeen = Date.now() } = attendance
    attendance.isAnnounced = isOnline
    if (!isOnline) await remember(attendance)
    await (isOnline ? onOnline(user) : onOffline(user, lastSeen)).catch(onError)
    // Also of who arrives: should the process be killed, this is what is known.
    if (isOnline) options.note(user, Date.now()).catch(onError)
  }

  /** Announces what is so when it is this one's turn, and nothing where that is known already. */
  function settle(attendance: Attendance): void {
    const { user } = attendance
    attendance.settled = attendance.settled.then(async () => {
      if (attendance.isAnnounced !== attendance.isOnline) await announce(attendance)
      if (!attendance.isOnline && attendances.get(user._id) === attendance) attendances.delete(user._id)
    })
  }

  function seeOff(attendance: Attendance): void {
    attendance.isOnline = false
    settle(attendance)
  }

  return {
    arrive(user) {
      const attendance = attendances.get(user._id) ?? createAttendance(user)
      attendances.set(user._id, attendance)
      clearTimeout(attendance.timer)
      attendance.isOnline = true
      attendance.lastSeen = undefined
      settle(attendance)
    },

    leave({ _id }) {
      const attendance = attendances.get(_id) as Attendance
      attendance.lastSeen = Date.now()
      attendance.timer = setTimeout(seeOff, offlineGraceMs, attendance)
    },

    isOnline: (userId) => attendances.get(userId)?.isOnline === true,

    async close() {
      const present = [...attendances.values()]
      for (const { timer } of present) clearTimeout(timer)
      await Promise.all(present.map(({ settled }) => settled))
      await Promise.all(present.map(remember))
    }
  }
}

function createAttendance(user: Identity): Attendance {
  return {
    user,
    isOnline: true,
    isAnnounced: false,
    lastSeen: undefined,
    timer: undefined,
    settled: Promise.resolve()
  }
}
