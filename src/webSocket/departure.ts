/** The end of a connection, for its calls. */
export interface Departure {
  /** Whether it has been cut off, by either side: nothing begins for it any more. */
  isCutOff(): boolean
  /** Aborted when it has ended, however: what is delayed does not run any more. */
  gone(): AbortSignal
  /** To be told of it. Whoever has closed it in order may have said something first, which is still done. */
  end(isCutOff: boolean): void
}

export function createDeparture(): Departure {
  let hasEnded = false
  let wasCutOff = false
  // Made when somebody waits, as hardly anybody does.
  let controller: AbortController | undefined

  return {
    isCutOff: () => wasCutOff,
    gone() {
      controller ??= new AbortController()
      if (hasEnded) controller.abort()
      return controller.signal
    },
    end(isCutOff) {
      hasEnded = true
      wasCutOff ||= isCutOff
      controller?.abort()
    }
  }
}
