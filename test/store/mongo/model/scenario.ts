import type { AddedMessage, StoredUpdates } from '../../../../src/store/records.js'
import { play } from './play.js'
import type { Process } from './process.js'
import { createReplicaSet, type Data } from './replicaSet.js'
import { identityOf, peerOf, type UserName, users } from './users.js'
import { createWorld, type World } from './world.js'

/** Actions of a client: it sends messages at once, moves its read mark, or reads pages of updates, maybe from another process. */
export type Act = { send: string[]; id?: string } | { mark: 'all' | number } | { follow: number; at?: string }

export interface Client {
  user: UserName
  /** The process to which it is connected; when that dies it goes to the next one. */
  process: string
  acts: Act[]
}

export interface Scenario {
  name: string
  processes: string[]
  /** Messages that are there at the beginning: who sent each, and by which process, which then knows the dialog. */
  before: [process: string, user: UserName][]
  clients: Client[]
  /** Whether clients read what was there at the beginning, too. */
  readsAll?: boolean
  /** Number of changes that a client reads at once. */
  limit?: number
  /** Whether its fail-overs that undo something are left to the long test. */
  isLong?: boolean
}

export interface Answer {
  client: Client
  text: string
  added: AddedMessage
}

export interface Page extends StoredUpdates {
  client: Client
  since: string
  /** The messages that were acknowledged before the request for the page. */
  acknowledged: string[]
}

/** The answers and notifications of the clients. */
export interface Told {
  answers: Answer[]
  pages: Page[]
  marks: { client: Client; upToSeq: number }[]
  /** Messages that receivers were told of, each time. */
  pushed: string[]
  /** Valid calls that were refused. */
  refused: Error[]
}

function seed(): Data {
  const documents = Object.values(users).map(({ _id, tag }) => {
    const names = { firstName: tag, lastName: tag, img: '', nameKeys: [] }
    return { _id, tag, tagKey: tag.slice(1), emailKey: tag, ...names, changed: 0, revision: 1 }
  })
  return new Map([['users', new Map(documents.map((user) => [String(user._id), user]))]])
}

/** Opens the processes, and begins what the clients do. */
export async function begin(scenario: Scenario, isInOrder: boolean, onWorld: (world: World) => void) {
  const { processes, before, clients, readsAll = false, limit = 99 } = scenario
  const world = createWorld(createReplicaSet(seed()), isInOrder)
  onWorld(world)
  for (const name of processes) await world.open(name)
  const [{ store }] = world.processes as [Process]
  const oldest = await store.updates.newestCursor()
  for (const [index, [name, user]] of before.entries()) await sendBefore(world, name, user, `before ${index + 1}`)
  const told: Told = { answers: [], pages: [], marks: [], pushed: [], refused: [] }
  const cursors = new Map<Client, string>()
  const newest = await store.updates.newestCursor()
  for (const client of clients) cursors.set(client, readsAll ? oldest : newest)
  for (const process of world.processes) process.isAlone = false
  let working = clients.length
  for (const client of clients) play(world, client, { told, cursors, limit }).then(() => working--)
  await world.settle()
  return { world, told, cursors, hasEnded: () => working === 0 }
}

export type Game = Awaited<ReturnType<typeof begin>>

async function sendBefore(world: World, name: string, user: UserName, text: string) {
  const process = world.processes.find((each) => each.name === name) as Process
  world.awake = name
  await process.store.messages.add({ sender: identityOf(user), receiverTag: users[peerOf(user)].tag, text })
  await world.settle()
}
