/** Progress of an unfinished copy. The store that becomes the copy keeps it until the copy is finished. */
export interface CopyCheckpoint {
  /** The name of the source. */
  from: string
  /** The newest version of the source when the copy began. */
  version: number
  kind: 'users' | 'sessions' | 'images' | 'dialogs' | 'messages'
  /** The key of the last record of the kind that is copied. */
  after: string
  /** Number of records of the kind that are copied. */
  done: number
}

export function describeUnfinished({ from }: Pick<CopyCheckpoint, 'from'>): string {
  return `the store is an unfinished copy of ${from}: run "messenger-server copy" with the same stores again, which finishes it`
}
