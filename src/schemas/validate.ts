import type { TSchema } from 'typebox'
import type { TLocalizedValidationError } from 'typebox/error'
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
    return errors.flatMap(toProblems)
  }
}

/** Says it of each key, where a key is missing or unknown, and in words what a pattern says in signs. */
function toProblems({ keyword, params, instancePath: path, message }: TLocalizedValidationError): Problem[] {
  const of = (keys: string[], words: string) => keys.map((key) => ({ path: `${path}/${key}`, message: words }))
  switch (keyword) {
    case 'required':
      return of(params.requiredProperties, 'is missing')
    case 'additionalProperties':
      return of(params.additionalProperties, 'is not known here')
    case 'boolean':
      // That an unknown key does not fit `false` explains nothing.
      return []
    case 'enum':
      return [{ path, message: `must be one of ${params.allowedValues.join(', ')}` }]
    case 'pattern':
      return [{ path, message: 'does not have the right form' }]
    default:
      return [{ path, message }]
  }
}
