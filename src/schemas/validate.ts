import type { TSchema } from 'typebox'
import type { TLocalizedValidationError } from 'typebox/error'
import { Compile } from 'typebox/schema'
import type { Problem } from '../errors.js'

export type Check = (value: unknown) => Problem[]

/**
 * Makes a check that returns the problems of a value, none if it fits the schema. It never coerces. It is compiled at its first use,
 * because a start would wait for it.
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

/** Returns one problem for each missing or unknown key, and words in place of a pattern. */
function toProblems({ keyword, params, instancePath: path, message }: TLocalizedValidationError): Problem[] {
  const of = (keys: string[], words: string) => keys.map((key) => ({ path: `${path}/${key}`, message: words }))
  switch (keyword) {
    case 'required':
      return of(params.requiredProperties, 'is missing')
    case 'additionalProperties':
      return of(params.additionalProperties, 'is not known here')
    case 'boolean':
      // The schema `false` of an unknown key explains nothing.
      return []
    case 'enum':
      return [{ path, message: `must be one of ${params.allowedValues.join(', ')}` }]
    case 'pattern':
      return [{ path, message: 'does not have the right form' }]
    default:
      return [{ path, message }]
  }
}
