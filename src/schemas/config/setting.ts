import { Type } from 'typebox'

/** The longest delay of a timer. */
export const maxTimerMs = 2 ** 31 - 1

export const duration = (byDefault: string, description: string) =>
  Type.String({ default: byDefault, description: `${description}, in \`ms\` notation such as "72h"` })

/** Where 0 is allowed, it switches the limit off unless the description says otherwise. */
export const limit = (byDefault: number, description: string, minimum = 1) =>
  Type.Integer({ minimum, maximum: maxTimerMs, default: byDefault, description })
