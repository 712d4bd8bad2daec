/** Returns the percentile for a share of the values from 0 to 1 (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] as number
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)
