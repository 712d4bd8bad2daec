import sjson from 'secure-json-parse'
import { AppError, withoutStacks } from '../errors.js'
import type { Method } from './method.js'

type Id = string | number | null

/** A request or a notification, which has no id and no answer (JSON-RPC 2.0, 4.1). */
interface Request {
  kind: 'call'
  id: Id | undefined
  /** The name of the method. */
  name: string
  /** The method of that name, if there is one. */
  method: Method | undefined
  params: object | undefined
}

interface Refused {
  kind: 'refused'
  /** The id for the answer: null where it is unknown (JSON-RPC 2.0, 5). */
  id: Id
  name: string | undefined
  method: undefined
  error: AppError
}

export type Item = Request | Refused
type Parsed = Item | { kind: 'batch'; items: Item[] }

const invalidRequest = new AppError('invalidRequest')
const pollution = new AppError('invalidRequest', 'A key is named __proto__, or constructor with a prototype in it.')

// An escape can hide the letters of a key. A text without any of these has no such key and needs no scan.
const mayPollute = /__proto__|constructor|\\u/

/** Parses a JSON-RPC 2.0 text (https://www.jsonrpc.org/specification). */
export function parse(text: string, methods: Map<string, Method>, maxBatchCalls: number): Parsed {
  const value = parseJson(text)
  if (value === undefined) return refuse(value, new AppError('parseError'))
  if (pollutesPrototype(text, value)) return refuse(value, pollution)
  if (!Array.isArray(value)) return toItem(value, methods)
  if (value.length === 0) return refuse(value, invalidRequest)
  if (value.length <= maxBatchCalls) return { kind: 'batch', items: value.map((item) => toItem(item, methods)) }
  return refuse(value, new AppError('invalidRequest', `A batch has ${maxBatchCalls} calls at most.`))
}

function parseJson(text: string): unknown {
  return withoutStacks(() => {
    try {
      return JSON.parse(text)
    } catch {
      return undefined
    }
  })
}

/** Returns whether a key of the text, not a value, would change what every object inherits when it is copied carelessly. */
function pollutesPrototype(text: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !mayPollute.test(text)) return false
  return sjson.scan(value as Record<string, unknown>, { safe: true }) === null
}

function refuse(value: unknown, error: AppError): Refused {
  const { id = null, name } = toItem(value)
  return { kind: 'refused', id, name, method: undefined, error }
}

function toItem(value: unknown, methods?: Map<string, Method>): Item {
  const { jsonrpc, id, method: name, params } = Object(value) as Record<string, unknown>
  // Legacy clients send the version as a number.
  const hasForm = (jsonrpc === '2.0' || jsonrpc === 2) && (params === undefined || isObject(params))
  if (hasForm && typeof name === 'string' && (id === undefined || isId(id))) {
    return { kind: 'call', id, name, method: methods?.get(name), params: params as object | undefined }
  }
  return { kind: 'refused', id: isId(id) ? id : null, name: undefined, method: undefined, error: invalidRequest }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Returns whether an id can be sent back as it came: JSON.parse rounds a large number, and JSON has no infinite one. */
function isId(id: unknown): id is Id {
  if (typeof id === 'number') return Number.isInteger(id) ? Number.isSafeInteger(id) : Number.isFinite(id)
  return id === null || typeof id === 'string'
}
