/** Two users in the order of a dialog. `isUserA` tells whether the first given user is `a`. */
export interface Pair {
  a: string
  b: string
  isUserA: boolean
}

export function pairOf(userId: string, peerId: string): Pair {
  return userId < peerId ? { a: userId, b: peerId, isUserA: true } : { a: peerId, b: userId, isUserA: false }
}
