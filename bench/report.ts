import { median } from './statistics.js'

/** One figure with its value in each round. */
export interface Row {
  name: string
  values: number[]
  /** Target: the maximum of the figure. */
  reach?: number | undefined
}

/** Tables by their titles. */
export type Tables = Record<string, Row[]>

/** Returns a Markdown table with the median, the lowest and the highest value of the rounds. */
export function toTable(rows: Row[]): string {
  const lines = rows.map(({ name, values, reach }) => {
    const spread = `${inDigits(Math.min(...values))} – ${inDigits(Math.max(...values))}`
    return [name, inDigits(median(values)), values.length > 1 ? spread : '', reach === undefined ? '' : `<= ${reach}`]
  })
  const table = [['', 'median', 'spread', 'reach'], ['---', '---:', '---:', '---:'], ...lines]
  return table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Divides two figures round by round, because both were measured in the same state of the machine. */
export function ratios(values: number[] = [], references: number[] = []): number[] {
  return values.map((value, round) => value / (references[round] as number))
}

/** Formats a number with three significant digits, and all digits before the point; a dash if a run was too short. */
function inDigits(value: number): string {
  if (!Number.isFinite(value)) return '-'
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
