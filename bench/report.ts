import { median } from './statistics.js'

/** One figure with what each round has given for it. */
export interface Row {
  name: string
  values: number[]
  /** The most that it should be. */
  reach?: number | undefined
}

/** Tables by their titles. */
export type Tables = Record<string, Row[]>

/** A Markdown table: the median of the rounds, and the lowest and the highest. */
export function toTable(rows: Row[]): string {
  const lines = rows.map(({ name, values, reach }) => {
    const spread = `${inDigits(Math.min(...values))} – ${inDigits(Math.max(...values))}`
    return [name, inDigits(median(values)), values.length > 1 ? spread : '', reach === undefined ? '' : `<= ${reach}`]
  })
  const table = [['', 'median', 'spread', 'reach'], ['---', '---:', '---:', '---:'], ...lines]
  return table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The one divided by the other, round by round: both have had the same machine. */
export function ratios(values: number[] = [], references: number[] = []): number[] {
  return values.map((value, round) => value / (references[round] as number))
}

/** Three significant digits, and no fewer before the point; a dash where a run was too short for a figure. */
function inDigits(value: number): string {
  if (!Number.isFinite(value)) return '-'
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
