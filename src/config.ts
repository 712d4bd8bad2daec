import { readFileSync } from 'node:fs'
import ms, { type StringValue } from 'ms'
import { isAddressList } from './schemas/addresses.js'
import { type Config, ConfigSchema } from './schemas/config/index.js'
import { createCheck } from './schemas/validate.js'

type Environment = Record<string, string | undefined>
type Tree = Record<string, unknown>

/** What matters here of a JSON Schema. */
interface Schema {
  type?: string
  default?: unknown
  properties?: Record<string, Schema>
}

interface Sources {
  environment: Environment
  unknownKeys: string[]
}

const check = createCheck(ConfigSchema)

/**
 * The configuration: the defaults, over them `config.json`, over them the environment.
 *
 * @param file path of the JSON file; one that does not exist is an empty one
 * @returns the frozen configuration, and the paths of the keys in the file that nothing reads
 * @throws {Error} that names the key or the variable, when one does not fit
 */
export function loadConfig(file: string, environment: Environment = {}): { config: Config; unknownKeys: string[] } {
  const unknownKeys: string[] = []
  const config = resolve(ConfigSchema as Schema, readJson(file), '', { environment, unknownKeys }) as Config
  const [problem] = check(config)
  if (problem) throw misfit(file, problem.path.slice(1).replaceAll('/', '.'), problem.message)
  for (const [key, value] of [
    ['JWT.expiresIn', config.JWT.expiresIn],
    ['cookie.maxAge', config.cookie.maxAge]
  ] as const) {
    if (!(durationMs(value) >= 1000)) throw misfit(file, key, 'must be a duration of a second or more, such as "72h"')
  }
  const { trustProxy } = config.app
  if (trustProxy !== undefined && !isAddressList(trustProxy)) {
    throw misfit(file, 'app.trustProxy', 'must be addresses or CIDR ranges, such as "127.0.0.1, 10.0.0.0/8"')
  }
  return { config, unknownKeys }
}

function misfit(file: string, key: string, problem: string): Error {
  return new Error(`${key} ${problem} (${file}, or ${variableName(key)} in the environment)`)
}

/** @returns milliseconds of a duration in `ms` notation, NaN when it is none */
export function durationMs(value: string): number {
  return (value && ms(value as StringValue)) || Number.NaN
}

/** @returns `JWT_PRIVATE_KEY` for `JWT.privateKey`; the section `app` has no prefix: `PORT` for `app.port` */
export function variableName(path: string): string {
  return path
    .replace(/^app\./, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()
}

function readJson(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return {}
    throw Object.assign(new Error(`${file}: ${message}`), { code })
  }
  const value = parse(file, text)
  if (!isObject(value)) throw new Error(`${file} must be an object`)
  return value
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parse(file: string, text: string): unknown {
  try {
    // Editors of Windows begin a file with a byte order mark.
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`)
  }
}

function resolve(schema: Schema, value: unknown, path: string, sources: Sources): unknown {
  const { properties } = schema
  if (!properties)
    return fromEnvironment(schema.type, sources.environment[variableName(path)]) ?? value ?? schema.default
  const isSection = value === undefined || isObject(value)
  return isSection ? resolveSection(properties, (value ?? {}) as Tree, path && `${path}.`, sources) : value
}

function resolveSection(properties: Record<string, Schema>, given: Tree, prefix: string, sources: Sources): Tree {
  const unknownKeys = Object.keys(given).filter((key) => !Object.hasOwn(properties, key))
  sources.unknownKeys.push(...unknownKeys.map((key) => prefix + key))
  const resolved: Tree = {}
  for (const [key, schema] of Object.entries(properties)) {
    const value = resolve(schema, given[key], prefix + key, sources)
    if (value !== undefined) resolved[key] = value
  }
  return Object.freeze(resolved)
}

/** A variable's text as its schema's type, nothing for an empty one; what does not parse is refused as a text. */
function fromEnvironment(type: string | undefined, text: string | undefined): unknown {
  if (!text) return undefined
  if (type === 'string') return text
  if (type === 'boolean' && /^[01]$/.test(text)) return text === '1'
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
