import sjson from 'secure-json-parse'
import { AppError, withoutStacks } from '../errors.js'

type Id = string | number | null

/** A request or a notification, which has no id and no answer (JSON-RPC 2.0, 4.1). */
export interface Request {
  kind: 'call'
  id: Id | undefined
  method: string
  params: object | undefined
}

export interface Refused {
  kind: 'refused'
  /** The id for the answer: null where it is unknown (JSON-RPC 2.0, 5). */
  id: Id
  /** The method that the refused request names, if it names one. */
  method: string | undefined
  error: AppError
}

export type Parsed = Request | Refused | { kind: 'batch'; items: (Request | Refused)[] }

const parseError: Refused = { kind: 'refused', id: null, method: undefined, error: new AppError('parseError') }
const invalidRequest = new AppError('invalidRequest')
const pollution = new AppError('invalidRequest', 'A key is named __proto__, or constructor with a prototype in it.')

// An escape can hide the letters of a key. A text without any of these has no such key and needs no scan.
const mayPollute = /__proto__|constructor|\\u/

/** Parses a JSON-RPC 2.0 text (https://www.jsonrpc.org/specification). */
export function parse(text: string, maxBatchCalls: number): Parsed {
  const value = parseJson(text)
  if (value === undefined) return parseError
  if (pollutesPrototype(text, value)) return refuse(value, pollution)
  if (!Array.isArray(value)) return toItem(value)
  if (value.length === 0) return refuse(value, invalidRequest)
  if (value.length <= maxBatchCalls) return { kind: 'batch', items: value.map(toItem) }
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
  const { id, method } = toItem(value)
  return { kind: 'refused', id: id ?? null, method, error }
}

function toItem(value: unknown): Request | Refused {
  const { jsonrpc, id, method, params } = Object(value) as Record<string, unknown>
  // Legacy clients send the version as a number.
  const isRequest = (jsonrpc === '2.0' || jsonrpc === 2) && typeof method === 'string' && (id === undefined || isId(id))
  if (isRequest && (params === undefined || isObject(params))) return { kind: 'call', id, method, params }
  return { kind: 'refused', id: isId(id) ? id : null, method: undefined, error: invalidRequest }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Returns whether an id can be sent back as it came: JSON.parse rounds a large number, and JSON has no infinite one. */
function isId(id: unknown): id is Id {
  if (typeof id === 'number') return Number.isInteger(id) ? Number.isSafeInteger(id) : Number.isFinite(id)
  return id === null || typeof id === 'string'
}
