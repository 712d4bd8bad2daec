import { endOf } from '../../keys.js'
import type { NameRange } from '../../nameKeys.js'

export const tagBeginsWith = (key: string) => ({ tagKey: { $gte: key, $lt: endOf(key) } })

/** In one element of the list: without `$elemMatch`, one may be behind the start and another one before the end. */
export const hasNameIn = ({ start, end }: NameRange) => ({ nameKeys: { $elemMatch: { $gte: start, $lt: end } } })
