import ms, { type StringValue } from 'ms'
import { Type } from 'typebox'

/** The longest delay of a timer. */
export const maxTimerMs = 2 ** 31 - 1

/** Returns the milliseconds of a duration in `ms` notation, NaN for another text. */
export function durationMs(value: string): number {
  return (value && ms(value as StringValue)) || Number.NaN
}

export const duration = (byDefault: string, description: string) =>
  Type.Refine(
    Type.String({ default: byDefault, description: `${description}, in \`ms\` notation such as "72h"` }),
    (value) => durationMs(value) >= 1000,
    () => 'must be a duration of a second or more, such as "72h"'
  )

/** Where 0 is allowed, it switches the limit off unless the description says otherwise. */
export const limit = (byDefault: number, description: string, minimum = 1) =>
  Type.Integer({ minimum, maximum: maxTimerMs, default: byDefault, description })
