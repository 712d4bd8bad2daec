import type { Identity } from './schemas/user.js'

export interface Presence {
  /** A user's first connection has opened. */
  arrive(user: Identity): void
  /** A user's last connection has ended. */
  leave(user: Identity): void
  isOnline(userId: string): boolean
  /** Sees off everybody who is still there. */
  close(): Promise<void>
}

interface PresenceOptions {
  /** So long somebody without a connection is still online: a reload is no offline. */
  offlineGraceMs: number
  /** The two are never called at the same time for one user, and always in turn. */
  onOnline(user: Identity): Promise<void>
  /** @param lastSeen epoch in milliseconds when the last connection ended */
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
export function createPresence({ offlineGraceMs, onOnline, onOffline, onError }: PresenceOptions): Presence {
  const attendances = new Map<string, Attendance>()

  function announce(attendance: Attendance): Promise<void> {
    const { user, isOnline, lastSeen = Date.now() } = attendance
    attendance.isAnnounced = isOnline
    return isOnline ? onOnline(user) : onOffline(user, lastSeen)
  }

  /** Announces what is so when it is this one's turn, and nothing where that is known already. */
  function settle(attendance: Attendance): Promise<void> {
    attendance.settled = attendance.settled.then(async () => {
      if (attendance.isAnnounced !== attendance.isOnline) await announce(attendance).catch(onError)
      if (!attendance.isOnline) attendances.delete(attendance.user._id)
    })
    return attendance.settled
  }

  function seeOff(attendance: Attendance): Promise<void> {
    clearTimeout(attendance.timer)
    attendance.isOnline = false
    return settle(attendance)
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
      await Promise.all(Array.from(attendances.values(), seeOff))
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
