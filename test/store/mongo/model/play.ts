import { AppError } from '../../../../src/errors.js'
import type { Store } from '../../../../src/store/store.js'
import type { Process } from './process.js'
import type { Act, Client, Told } from './scenario.js'
import { identityOf, idOf, peerOf, users } from './users.js'
import type { World } from './world.js'

interface Score {
  told: Told
  cursors: Map<Client, string>
  limit: number
}

type Sending = Extract<Act, { send: string[] }>

const maxTries = 4

/** Does what a client does, one act after the other; what fails is tried again where that is safe. */
export async function play(world: World, client: Client, score: Score): Promise<void> {
  for (const act of client.acts) {
    if ('send' in act) await Promise.all(act.send.map((text) => send(world, client, act, text, score.told)))
    else if ('mark' in act) await mark(world, client, act.mark, score.told)
    else for (let page = 0; page < act.follow; page++) await follow(world, client, score, act.at)
  }
}

async function send(world: World, client: Client, act: Sending, text: string, told: Told) {
  const { user } = client
  const clientMessageId = act.id && `${act.id} ${text}`
  const message = { sender: identityOf(user), receiverTag: users[peerOf(user)].tag, text, origin: told }
  const run = (store: Store) => store.messages.add({ ...message, ...(clientMessageId && { clientMessageId }) })
  const added = await attempt(world, client, told, run, clientMessageId ? maxTries : 1)
  if (added) told.answers.push({ client, text, added })
}

async function mark(world: World, client: Client, upTo: 'all' | number, told: Told) {
  const { user } = client
  const run = (store: Store) =>
    store.dialogs.markAsRead(idOf(user), idOf(peerOf(user)), upTo === 'all' ? undefined : upTo)
  const moved = await attempt(world, client, told, run)
  if (moved) told.marks.push({ client, upToSeq: moved.upToSeq })
}

/** Reads one page of updates. */
export async function follow(
  world: World,
  client: Client,
  { told, cursors, limit }: Score,
  at?: string
): Promise<void> {
  const since = cursors.get(client) as string
  const acknowledged = told.answers.map(({ text }) => text)
  const from = at === undefined ? client : { ...client, process: at }
  const page = await attempt(world, from, told, (store) => store.updates.list(idOf(client.user), since, limit))
  if (!page) return
  cursors.set(client, page.cursor)
  told.pages.push({ ...page, client, since, acknowledged })
}

async function attempt<T>(
  world: World,
  client: Client,
  told: Told,
  run: (store: Store) => Promise<T>,
  tries = maxTries
): Promise<T | undefined> {
  for (let count = 0; count < tries; count++) {
    const process = processOf(world, client)
    try {
      return await untilDeath(process, run(process.store))
    } catch (error) {
      const isExpected = world.faults.size > 0 && !(error instanceof AppError || error instanceof TypeError)
      if (!isExpected) told.refused.push(error as Error)
    }
  }
  return undefined
}

function processOf({ processes }: World, { process }: Client): Process {
  const own = processes.findIndex(({ name }) => name === process)
  const inOrder = [...processes.slice(own), ...processes.slice(0, own)]
  return inOrder.find(({ isDead }) => !isDead) as Process
}

function untilDeath<T>(process: Process, result: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    process.onDeath.push(() => reject(new Error('The process has died.')))
    result.then(resolve, reject)
  })
}
