import { blocksOf } from './blocks.js'

/** Returns the unit of docs/operation.md. */
export const [unit = ''] = blocksOf('docs/operation.md', 'ini')

/** Returns the value of a setting of the unit. */
export function settingOf(name: string): string {
  const [, value] = unit.match(new RegExp(`^${name}=(.*)$`, 'm')) ?? []
  if (value === undefined) throw new Error(`The unit has no ${name}.`)
  return value
}
