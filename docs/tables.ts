import { variableName } from '../src/config.js'
import { type Kind, kinds, rpcMessages } from '../src/errors.js'
import { methods } from '../src/rpc/index.js'
import { ConfigSchema } from '../src/schemas/config/index.js'
import { DialogSchema } from '../src/schemas/dialog.js'
import { notifications } from '../src/schemas/notification.js'

/** The parts of a JSON Schema that are used here. */
interface Schema {
  type?: string
  const?: unknown
  enum?: string[]
  default?: unknown
  description?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
}

/** The parts of the documentation that come from the source, by the name of their place. */
const tables: Record<string, () => string> = {
  methods: () => Object.entries(methods).map(describeMethod).join('\n\n'),

  dialog: () =>
    table(
      ['field', 'meaning'],
      Object.entries(DialogSchema.properties as Record<string, Schema>).map(([field, { description = '' }]) => {
        return [inCode(field), description]
      })
    ),

  notifications: () =>
    table(
      ['code', 'type', 'body', 'when'],
      Object.entries(notifications).map(([type, { code, when, body }]) => [
        `${code}`,
        inCode(type),
        inCode(shape(body)),
        when
      ])
    ),

  errors: () =>
    table(
      ['code', 'message', 'HTTP', 'name', 'says'],
      Object.values<Kind>(kinds).map(({ code, status, name, sentence = '' }) => {
        return [`${code}`, rpcMessages[code], `${status}`, inCode(name), sentence]
      })
    ),

  settings: () =>
    table(
      ['key', 'variable', 'default', 'meaning'],
      listSettings(ConfigSchema.properties as Record<string, Schema>, '')
    )
}

/** Returns Markdown with its places `<!-- NAME -->…<!-- /NAME -->` filled. */
export function fill(markdown: string): string {
  return markdown.replace(/<!-- (\w+) -->.*?<!-- \/\1 -->/gs, (_, name: string) => {
    return `<!-- ${name} -->\n\n${tables[name]?.()}\n\n<!-- /${name} -->`
  })
}

function describeMethod([name, { summary, params, result }]: [
  string,
  { summary: string; params: unknown; result: unknown }
]) {
  const { properties, required } = params as Required<Schema>
  const rows = Object.entries(properties).map(([parameter, schema]) => [
    inCode(parameter),
    `${shape(schema)}${bounds(schema)}`,
    schema.default === undefined && required.includes(parameter) ? 'required' : inCode(JSON.stringify(schema.default)),
    `${schema.description}`
  ])
  const parameters = rows.length > 0 ? `\n\n${table(['parameter', 'type', 'default', 'meaning'], rows)}` : ''
  return `### ${name}\n\n${summary}${parameters}\n\nResult: ${inCode(shape(result as Schema))}`
}

function listSettings(properties: Record<string, Schema>, prefix: string): string[][] {
  return Object.entries(properties).flatMap(([key, setting]) => {
    const path = prefix + key
    if (setting.properties) return listSettings(setting.properties, `${path}.`)
    const meaning = `${setting.description}${choice(setting)}`
    return [[inCode(path), inCode(variableName(path)), inCode(JSON.stringify(setting.default)), meaning]]
  })
}

/** Writes a schema as a type. */
function shape(schema: unknown): string {
  const { type, const: only, properties, required = [], items } = schema as Schema
  if (only !== undefined) return JSON.stringify(only)
  if (items) return `${shape(items)}[]`
  if (!properties) return String(type)
  const fields = Object.entries(properties).map(
    ([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${shape(field)}`
  )
  return `{ ${fields.join(', ')} }`
}

function choice({ enum: words = [] }: Schema): string {
  return words.length > 0 ? `. One of ${words.map(inCode).join(', ')}` : ''
}

function bounds({ minLength, maxLength, minimum, maximum }: Schema): string {
  const limits = { 'at least': minLength ?? minimum, 'at most': maxLength ?? maximum }
  return Object.entries(limits)
    .filter(([, limit]) => limit !== undefined)
    .map(([word, limit]) => `, ${word} ${limit}`)
    .join('')
}

const inCode = (text: string | undefined) => (text ? `\`${text}\`` : '')

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
