/** How many connections each user has. */
export interface ConnectionLimit {
  /** @returns whether there was one left for another connection of the user, which has it until it leaves */
  take(userId: string): boolean
  leave(userId: string): void
}

/** @param perUser 0 is no limit */
export function createConnectionLimit(perUser: number): ConnectionLimit {
  const taken = new Map<string, number>()

  return {
    take(userId) {
      const count = taken.get(userId) ?? 0
      if (perUser > 0 && count >= perUser) return false
      taken.set(userId, count + 1)
      return true
    },
    leave(userId) {
      const count = taken.get(userId) as number
      if (count === 1) taken.delete(userId)
      else taken.set(userId, count - 1)
    }
  }
}
