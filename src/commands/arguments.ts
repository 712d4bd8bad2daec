import { type ParseArgsConfig, parseArgs } from 'node:util'

type Options = NonNullable<ParseArgsConfig['options']>

/**
 * Parses the arguments after a command's name.
 *
 * @param usage the whole message of an error, because an argument may hold a password
 * @param count number of arguments
 * @throws {Error} for an unknown option, and for arguments that are missing or too many
 */
export function readArguments(args: string[], usage: string, count: number, options: Options = {}) {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    if (positionals.length === count && positionals.every((text) => text !== '')) return { values, positionals }
  } catch {}
  throw new Error(`Usage: ${usage}`)
}
