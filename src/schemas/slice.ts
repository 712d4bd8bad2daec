import { Type } from 'typebox'

export const StartIndexSchema = Type.Integer({ minimum: 0, default: 0, description: 'Index of the first one, from 0' })

export const endIndexSchema = (byDefault: number) =>
  Type.Integer({ minimum: 0, default: byDefault, description: 'Index after the last one' })
