/** Two users in the one order in which a dialog keeps them, and whether the first given is `a`. */
export interface Pair {
  a: string
  b: string
  isUserA: boolean
}

export function pairOf(userId: string, peerId: string): Pair {
  return userId < peerId ? { a: userId, b: peerId, isUserA: true } : { a: peerId, b: userId, isUserA: false }
}
