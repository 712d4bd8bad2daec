import type { Socket } from 'node:net'
import { deserialize } from 'bson'
import type { Test } from 'tap'
import { openWire, type Wire } from './wire.js'

/** A command of a driver to a MongoDB server. */
export interface Command {
  /** `find`, `insert`, `findAndModify`, … */
  name: string
  collection: string
  /** The documents to insert, or the updates. */
  items(): Record<string, unknown>[]
}

/** A wire to a MongoDB server that reads the commands on it. */
export interface MongoWire extends Wire {
  /** Number of commands, without those that the driver sends by itself, such as `hello`. */
  counts: Map<string, number>
  /** Calls back before the client gets the reply to the write of this number, counted from 1. */
  onceWritten(number: number, hear: () => void): void
  /** Returns a list to which all later commands are added. */
  record(): Command[]
  /** Delays the reply to each later command until its promise resolves. */
  holdReplies(until: (command: Command) => Promise<void> | undefined): void
}

const writes = new Set(['insert', 'update', 'findAndModify', 'delete'])
const chatter = new Set(['hello', 'ismaster', 'isMaster', 'ping', 'endSessions'])

/** @param url `mongodb://…` of one server and a database */
export async function openMongoWire(t: Test, url: string): Promise<MongoWire> {
  const counts = new Map<string, number>()
  const records: Command[][] = []
  const held = new WeakMap<Socket, Promise<void>>()
  let writesToGo = 0
  let onWritten = () => {}
  let until: (command: Command) => Promise<void> | undefined = () => undefined

  function count(command: Command) {
    const { name, collection } = command
    for (const record of records) record.push(command)
    for (const key of [name, `${name} ${collection}`]) counts.set(key, (counts.get(key) ?? 0) + 1)
  }

  function countDown() {
    if (writesToGo > 0 && --writesToGo === 0) onWritten()
  }

  function onConnection(near: Socket, far: Socket) {
    const asked = new Map<number, Command>()
    readFrames(near, (frame) => {
      const command = commandOf(frame)
      if (!command || chatter.has(command.name)) return
      count(command)
      asked.set(frame.readInt32LE(requestIdAt), command)
    })
    readFrames(far, (frame) => {
      const id = frame.readInt32LE(responseToAt)
      const command = asked.get(id)
      if (!command) return
      asked.delete(id)
      const waiting = until(command)
      if (waiting) held.set(far, waiting)
      if (writes.has(command.name)) countDown()
    })
  }

  const wire = await openWire(t, url, { onConnection, hold: (far) => held.get(far) })
  const ownUrl = new URL(url)
  ownUrl.host = new URL(wire.url).host
  // Otherwise the driver would learn the members of a replica set and go past the wire.
  ownUrl.searchParams.set('directConnection', 'true')
  return {
    ...wire,
    url: ownUrl.href,
    counts,
    onceWritten(number, hear) {
      writesToGo = number
      onWritten = hear
    },
    record() {
      const record: Command[] = []
      records.push(record)
      return record
    },
    holdReplies(next) {
      until = next
    }
  }
}

// A frame has four 32-bit numbers. In an OP_MSG, flags and sections follow; the first section has the command.
const requestIdAt = 4
const responseToAt = 8
const opCodeAt = 12
const opMsg = 2013
const sectionAt = 20

/** Reports each frame before its last bytes are passed on. */
export function readFrames(socket: Socket, onFrame: (frame: Buffer) => void) {
  let rest = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0)
      onFrame(rest.subarray(0, length))
      rest = rest.subarray(length)
    }
  })
}

/** Reads the first field of the first document: the command's name and its collection. */
function commandOf(frame: Buffer): Command | undefined {
  if (frame.readInt32LE(opCodeAt) !== opMsg || frame[sectionAt] !== 0) return undefined
  const isString = 2
  const typeAt = sectionAt + 1 + 4
  const nameEnd = frame.indexOf(0, typeAt + 1)
  const name = frame.toString('latin1', typeAt + 1, nameEnd)
  const items = () => itemsOf(frame, name)
  if (frame[typeAt] !== isString) return { name, collection: '', items }
  const valueAt = nameEnd + 1 + 4
  return { name, collection: frame.toString('latin1', valueAt, frame.indexOf(0, valueAt)), items }
}

/** Reads items in the command itself, or in a section of their own after its length and name. */
function itemsOf(frame: Buffer, name: string): Record<string, unknown>[] {
  const bodyAt = sectionAt + 1
  const bodyEnd = bodyAt + frame.readInt32LE(bodyAt)
  const body = deserialize(frame.subarray(bodyAt, bodyEnd))
  const items: Record<string, unknown>[] = [...(body[name === 'insert' ? 'documents' : 'updates'] ?? [])]
  if (frame[bodyEnd] !== 1) return items
  const end = bodyEnd + 1 + frame.readInt32LE(bodyEnd + 1)
  for (let at = frame.indexOf(0, bodyEnd + 5) + 1; at < end; at += frame.readInt32LE(at)) {
    items.push(deserialize(frame.subarray(at, at + frame.readInt32LE(at))))
  }
  return items
}
