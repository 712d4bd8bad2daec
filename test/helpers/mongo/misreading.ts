import { createRequire } from 'node:module'
import type { Document } from 'mongodb'
import type { Test } from 'tap'

/** Part of the driver that sends commands to the server. */
interface Driver {
  Connection: { prototype: { command(namespace: unknown, command: Document, ...more: unknown[]): unknown } }
}

const { Connection } = createRequire(import.meta.url)('mongodb/lib/cmap/connection.js') as Driver

/** A fault of an engine that is not MongoDB: it takes a command for another one. */
export interface Fault {
  name: string
  why: string
  misread(command: Document): Document
}

/** Long lists have a form of their own in the driver. */
const withLists = (command: Document): Document =>
  Object.fromEntries(
    Object.entries(command).map(([key, value]) => [key, Array.isArray(value?.documents) ? value.documents : value])
  )

/** Adds a fault to the engine until the end of a test. */
export function spoil(t: Test, misread: Fault['misread']) {
  const { command } = Connection.prototype
  t.intercept(Connection.prototype, 'command', {
    value(this: unknown, namespace: unknown, asked: Document, ...more: unknown[]) {
      return command.call(this as typeof Connection.prototype, namespace, misread(withLists(asked)), ...more)
    }
  })
}

export const index = (change: (index: Document) => Document) => (command: Document) =>
  command.createIndexes ? { ...command, indexes: command.indexes.map(change) } : command

export const insert = (change: (command: Document) => Document) => (command: Document) =>
  command.insert ? { ...command, ...change(command) } : command

export const ordered = (change: (document: Document) => Document) =>
  insert(({ documents, ordered }) => (ordered ? { documents: documents.map(change) } : {}))

/** @param field a field or an operator in the filter that is misread */
export const find = (field: string, change: (command: Document) => Document) => (command: Document) =>
  command.find && JSON.stringify(command.filter).includes(`"${field}"`) ? { ...command, ...change(command) } : command

export const filter = (field: string, change: (filter: Document) => Document) =>
  find(field, ({ filter }) => ({ filter: change(filter) }))

/** @param operator an operator in the update that is misread */
export const update = (operator: string, change: (update: Document) => Document) => (command: Document) =>
  command.update && operator in command.updates[0].u ? { ...command, updates: command.updates.map(change) } : command

export const remove = (field: string, change: (filter: Document) => Document) => (command: Document) =>
  command.delete && JSON.stringify(command.deletes).includes(`"${field}"`)
    ? { ...command, deletes: command.deletes.map(({ q, ...more }: Document) => ({ q: change(q), ...more })) }
    : command
