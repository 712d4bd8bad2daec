import { readFileSync } from 'node:fs'
import { type Config, ConfigSchema } from './schemas/config/index.js'
import { createCheck } from './schemas/validate.js'
import { listTuned } from './tuning.js'

type Environment = Record<string, string | undefined>
type Tree = Record<string, unknown>

/** The parts of a JSON Schema that are used here. */
interface Schema {
  type?: string
  default?: unknown
  properties?: Record<string, Schema>
}

interface Sources {
  environment: Environment
  /** Receives the paths of the keys that no schema names. */
  unread: string[]
}

const check = createCheck(ConfigSchema)

/**
 * Loads the configuration: the environment goes before `config.json`, and that before the defaults.
 *
 * @param file path of the JSON file; a file that does not exist is an empty one
 * @returns the configuration, the paths of keys in the file that nothing reads, and the keys and variables that were settings once
 * @throws {Error} that names the key or the variable that does not fit
 */
export function loadConfig(file: string, environment: Environment = {}) {
  const unread: string[] = []
  const config = resolve(ConfigSchema as Schema, readJson(file), '', { environment, unread }) as Config
  const [problem] = check(config)
  if (problem) {
    const key = problem.path.slice(1).replaceAll('/', '.')
    throw new Error(`${key} ${problem.message} (${file}, or ${variableName(key)} in the environment)`)
  }
  const former = listTuned()
  const formerVariables = former.map(variableName).filter((name) => environment[name])
  return {
    config,
    unknownKeys: unread.filter((key) => !former.includes(key)),
    formerSettings: [...unread.filter((key) => former.includes(key)), ...formerVariables]
  }
}

/** Returns `JWT_PRIVATE_KEY` for `JWT.privateKey`; the section `app` has no prefix: `PORT` for `app.port`. */
export function variableName(path: string): string {
  return path
    .replace(/^app\./, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()
}

function readJson(file: string): unknown {
  let value: unknown
  try {
    // Windows editors put a byte order mark in front.
    value = JSON.parse(readFileSync(file, 'utf8').replace(/^\ufeff/, ''))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return {}
    throw Object.assign(new Error(code ? `${file}: ${message}` : `${file} is not JSON: ${message}`), { code })
  }
  if (!isObject(value)) throw new Error(`${file} must be an object`)
  return value
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function resolve(schema: Schema, value: unknown, path: string, sources: Sources): unknown {
  const { properties } = schema
  if (!properties)
    return fromEnvironment(schema.type, sources.environment[variableName(path)]) ?? value ?? schema.default
  const isSection = value === undefined || isObject(value)
  return isSection ? resolveSection(properties, (value ?? {}) as Tree, path && `${path}.`, sources) : value
}

function resolveSection(properties: Record<string, Schema>, given: Tree, prefix: string, sources: Sources): Tree {
  const unread = Object.keys(given).filter((key) => !Object.hasOwn(properties, key))
  sources.unread.push(...unread.map((key) => prefix + key))
  const resolved: Tree = {}
  for (const [key, schema] of Object.entries(properties)) {
    const value = resolve(schema, given[key], prefix + key, sources)
    if (value !== undefined) resolved[key] = value
  }
  return Object.freeze(resolved)
}

/** Parses a variable by the type of its schema. The check refuses a text that does not parse. */
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
