/** Whether who calls has gone. A record without functions, because each connection keeps one. */
export interface Departure {
  hasEnded: boolean
  /** Whether either side has cut it off: nothing begins for it any more. */
  wasCutOff: boolean
  /** Made when somebody waits, as hardly anybody does. */
  controller: AbortController | undefined
}

export function createDeparture(): Departure {
  return { hasEnded: false, wasCutOff: false, controller: undefined }
}

/** Aborted when it has ended, however: what is delayed does not run any more. */
export function signalOf(departure: Departure): AbortSignal {
  departure.controller ??= new AbortController()
  if (departure.hasEnded) departure.controller.abort()
  return departure.controller.signal
}

/** Whoever has closed it in order, and was not cut off, may have said something first, which is still done. */
export function depart(departure: Departure, isCutOff: boolean): void {
  departure.hasEnded = true
  departure.wasCutOff ||= isCutOff
  departure.controller?.abort()
}
