import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import type { Document } from 'bson'
import { MongoClient } from 'mongodb'
import { readFrames } from '../../test/helpers/mongoWire.js'
import { openWire } from '../../test/helpers/wire.js'
import { indexEntriesOf } from './indexEntries.js'
import { documentOf } from './opMsg.js'
import { padding } from './pairs.js'

/** A write that a server has answered. */
export interface Write {
  command: Document
  reply: Document
}

/** Counts of the commands that messengers have sent to a MongoDB server. */
interface Asked {
  /** Numbers of commands by name and collection: `insert messages`. */
  commands: Map<string, number>
  /** Copies of a message's text that went to the server, and that came from it. */
  textsThere: number
  textsBack: number
}

export interface Traffic extends Asked {
  /** Documents that were inserted or changed. */
  documents: number
  /** Entries that were added to indexes. */
  indexEntries: number
}

/** A proxy in front of a MongoDB server that counts. Timed runs do without it, since it takes time of the processor. */
export interface TrafficCounter {
  /** URL of the database at the proxy. */
  url: string
  /** Counts the commands of a run, and those that follow from it. */
  countDuring(run: () => Promise<unknown>): Promise<Traffic>
  close(): Promise<void>
}

const chatter = new Set(['hello', 'ismaster', 'isMaster', 'ping', 'endSessions'])
const writes = new Set(['insert', 'update', 'findAndModify', 'delete'])
const requestIdAt = 4
const responseToAt = 8
const quietMs = 300
const maxQuietWaitMs = 20_000

/** @param url `mongodb://…` of one server, and a database */
export async function openTrafficCounter(url: string): Promise<TrafficCounter> {
  let tally = emptyTally()
  const activity: Activity = { open: 0, lastAt: 0 }
  const closers: (() => unknown)[] = []
  const ends = { teardown: (close: () => unknown) => void closers.push(close) }
  const wire = await openWire(ends, url, { onConnection: (near, far) => watch(near, far, () => tally, activity) })
  const client = new MongoClient(url)
  const ownUrl = new URL(url)
  ownUrl.host = new URL(wire.url).host
  // Or the driver would learn of a replica set's members, and go past the proxy.
  ownUrl.searchParams.set('directConnection', 'true')

  return {
    url: ownUrl.href,
    async countDuring(run) {
      await untilQuiet(activity)
      tally = emptyTally()
      await run()
      await untilQuiet(activity)
      const { written: alive, ...asked } = tally
      // A copy, because it goes on growing where the server has not become quiet.
      const written = [...alive]
      return { ...asked, documents: sum(written.map(changedBy)), indexEntries: await indexEntriesOf(client, written) }
    },
    async close() {
      for (const close of closers) await close()
      await client.close()
    }
  }
}

interface Tally extends Asked {
  written: Write[]
}

/** Tells whether the server has something to do. */
interface Activity {
  open: number
  lastAt: number
}

const emptyTally = (): Tally => ({ commands: new Map(), textsThere: 0, textsBack: 0, written: [] })

function watch(near: Socket, far: Socket, tally: () => Tally, activity: Activity) {
  const asked = new Map<number, Document>()
  readFrames(near, (frame) => {
    const command = documentOf(frame)
    if (!command || chatter.has(nameOf(command))) return
    note(tally(), command, frame)
    activity.open++
    asked.set(frame.readInt32LE(requestIdAt), command)
  })
  readFrames(far, (frame) => {
    tally().textsBack += countTexts(frame)
    const command = asked.get(frame.readInt32LE(responseToAt))
    if (!command) return
    asked.delete(frame.readInt32LE(responseToAt))
    activity.open--
    activity.lastAt = performance.now()
    if (writes.has(nameOf(command))) tally().written.push({ command, reply: documentOf(frame) as Document })
  })
}

function note(tally: Tally, command: Document, frame: Buffer) {
  const name = nameOf(command)
  const key = typeof command[name] === 'string' ? `${name} ${command[name]}` : name
  tally.commands.set(key, (tally.commands.get(key) ?? 0) + 1)
  tally.textsThere += countTexts(frame)
}

/** The first field of a command is its name. */
const nameOf = (command: Document) => Object.keys(command)[0] as string

const countTexts = (frame: Buffer) => frame.toString('latin1').split(padding).length - 1

/** Waits for what is written after the answers. */
async function untilQuiet(activity: Activity) {
  const end = performance.now() + maxQuietWaitMs
  const isQuiet = () => activity.open === 0 && performance.now() > activity.lastAt + quietMs
  while (performance.now() < end && !isQuiet()) await setTimeout(quietMs / 10)
}

/** Returns the number of documents that a write has inserted or changed. */
export function changedBy({ command, reply }: Write): number {
  if (command.findAndModify) return reply.lastErrorObject?.n ?? 0
  if (command.update) return (reply.nModified ?? 0) + (reply.upserted?.length ?? 0)
  return reply.n ?? 0
}

export const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
