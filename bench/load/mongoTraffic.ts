import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import type { Document } from 'bson'
import { MongoClient } from 'mongodb'
import { readFrames } from '../../test/helpers/mongoWire.js'
import { openWire } from '../../test/helpers/wire.js'
import { changedBy, indexEntriesOf, sum, type Write } from './indexEntries.js'
import { documentOf } from './opMsg.js'
import { padding } from './pairs.js'

/** Counts of the commands that messengers have sent to a MongoDB server. */
interface CommandCounts {
  /** Numbers of commands by name and collection: `insert messages`. */
  commands: Map<string, number>
  /** Numbers of copies of a message's text sent to the server, and received from it. */
  textsThere: number
  textsBack: number
}

export interface Traffic extends CommandCounts {
  /** Documents that were inserted or changed. */
  documents: number
  /** Entries that were added to indexes. */
  indexEntries: number
}

/** A counting proxy in front of a MongoDB server. Timed runs do not use it, because it takes CPU time. */
export interface TrafficCounter {
  /** URL of the database at the proxy. */
  url: string
  /** Counts the commands of a run, including derived writes after the answers. */
  countDuring(run: () => Promise<unknown>): Promise<Traffic>
  close(): Promise<void>
}

const backgroundCommands = new Set(['hello', 'ismaster', 'isMaster', 'ping', 'endSessions'])
const writes = new Set(['insert', 'update', 'findAndModify', 'delete'])
const requestIdAt = 4
const responseToAt = 8
const quietMs = 300
const maxQuietWaitMs = 20_000

/** @param url `mongodb://…` of one server, and a database */
export async function openTrafficCounter(url: string): Promise<TrafficCounter> {
  let counts = emptyCounts()
  const activity: Activity = { open: 0, lastAt: 0 }
  const closers: (() => unknown)[] = []
  const ends = { teardown: (close: () => unknown) => void closers.push(close) }
  const wire = await openWire(ends, url, { onConnection: (near, far) => watch(near, far, () => counts, activity) })
  const client = new MongoClient(url)
  const ownUrl = new URL(url)
  ownUrl.host = new URL(wire.url).host
  // Without it the driver would discover the members of the replica set and bypass the proxy.
  ownUrl.searchParams.set('directConnection', 'true')

  return {
    url: ownUrl.href,
    async countDuring(run) {
      await untilQuiet(activity)
      counts = emptyCounts()
      await run()
      await untilQuiet(activity)
      const { written: alive, ...openCommands } = counts
      // A copy is returned, because the counts still grow if the server is not idle yet.
      const written = [...alive]
      return {
        ...openCommands,
        documents: sum(written.map(changedBy)),
        indexEntries: await indexEntriesOf(client, written)
      }
    },
    async close() {
      for (const close of closers) await close()
      await client.close()
    }
  }
}

interface Counts extends CommandCounts {
  written: Write[]
}

/** Counts the open requests, which tell whether the server is busy. */
interface Activity {
  open: number
  lastAt: number
}

const emptyCounts = (): Counts => ({ commands: new Map(), textsThere: 0, textsBack: 0, written: [] })

function watch(near: Socket, far: Socket, counts: () => Counts, activity: Activity) {
  const openCommands = new Map<number, Document>()
  readFrames(near, (frame) => {
    const command = documentOf(frame)
    if (!command || backgroundCommands.has(nameOf(command))) return
    note(counts(), command, frame)
    activity.open++
    openCommands.set(frame.readInt32LE(requestIdAt), command)
  })
  readFrames(far, (frame) => {
    counts().textsBack += countTexts(frame)
    const command = openCommands.get(frame.readInt32LE(responseToAt))
    if (!command) return
    openCommands.delete(frame.readInt32LE(responseToAt))
    activity.open--
    activity.lastAt = performance.now()
    if (writes.has(nameOf(command))) counts().written.push({ command, reply: documentOf(frame) as Document })
  })
}

function note(counts: Counts, command: Document, frame: Buffer) {
  const name = nameOf(command)
  const key = typeof command[name] === 'string' ? `${name} ${command[name]}` : name
  counts.commands.set(key, (counts.commands.get(key) ?? 0) + 1)
  counts.textsThere += countTexts(frame)
}

/** Returns the name of a command, which is its first field. */
const nameOf = (command: Document) => Object.keys(command)[0] as string

const countTexts = (frame: Buffer) => frame.toString('latin1').split(padding).length - 1

/** Waits for the writes after the answers. */
async function untilQuiet(activity: Activity) {
  const end = performance.now() + maxQuietWaitMs
  const isQuiet = () => activity.open === 0 && performance.now() > activity.lastAt + quietMs
  while (performance.now() < end && !isQuiet()) await setTimeout(quietMs / 10)
}
