/** How often values up to each bound were observed. */
export interface Distribution {
  /** Upper bounds, ascending. */
  readonly bounds: readonly number[]
  observe(value: number): void
  read(): { sum: number; count: number; counts: readonly number[] }
}

/** @param bounds ascending; what is greater than the last one is only in `count` */
export function createDistribution(bounds: readonly number[]): Distribution {
  const counts = bounds.map(() => 0)
  let sum = 0
  let count = 0
  return {
    bounds,
    observe(value) {
      sum += value
      count++
      const index = bounds.findIndex((bound) => value <= bound)
      if (index >= 0) counts[index] = (counts[index] as number) + 1
    },
    read: () => ({ sum, count, counts })
  }
}
