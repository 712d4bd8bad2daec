import type { TSchema } from 'typebox'
import { Compile } from 'typebox/schema'
import type { Problem } from '../errors.js'

export type Check = (value: unknown) => Problem[]

/**
 * Makes a check of a value against a schema: what is wrong with it, nothing when it fits.
 * It never coerces, and is compiled when it is first used, so that a start does not wait for it.
 */
export function createCheck(schema: TSchema): Check {
  let validator: ReturnType<typeof Compile<TSchema>> | undefined
  return (value) => {
    validator ??= Compile(schema)
    if (validator.Check(value)) return []
    const [, errors] = validator.Errors(value)
    // An unknown key is also reported as `false` not fitting it, which explains nothing.
    return errors
      .filter(({ keyword }) => keyword !== 'boolean')
      .map(({ instancePath, message }) => ({ path: instancePath, message }))
  }
}
