import { blocksOf } from './blocks.js'

/** The unit of docs/operation.md. */
export const [unit = ''] = blocksOf('docs/operation.md', 'ini')

/** The value of one of its settings. */
export function settingOf(name: string): string {
  const [, value] = unit.match(new RegExp(`^${name}=(.*)$`, 'm')) ?? []
  if (value === undefined) throw new Error(`The unit has no ${name}.`)
  return value
}
