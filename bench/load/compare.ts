import { join } from 'node:path'
import { inFolder } from '../folder.js'
import { type Measured, startMessenger, startReference } from '../processes.js'
import { inTurn } from '../rounds.js'
import { type Conversations, type Outcome, startConversations } from './conversations.js'
import { createPeople, type Person, withStoreOf } from './people.js'

export interface Compared {
  name: string
  /** Outcomes, one for each round. */
  outcomes: Outcome[]
  /** Resident memory after the rounds, in bytes. */
  residentBytes: number
}

/** A server and its users. */
export interface Subject {
  server: Measured
  people: Person[]
}

type Run = (conversations: Conversations) => Promise<Outcome>

/** Runs the same conversations on the relay, the durable relay and the messenger, in alternating rounds. */
export function compare(
  { pairs, rounds }: { pairs: number; rounds: number },
  run: Run
): Promise<[relay: Compared, durableRelay: Compared, messenger: Compared]> {
  return inFolder(async (dir) => {
    const people = await withStoreOf(dir, (store) => createPeople(store, pairs * 2))
    const servers = [
      await startReference('relay', 'relay.js'),
      await startReference('durable relay', 'relay.js', { rows: { file: join(dir, 'rows.db') } }),
      await startMessenger(dir)
    ]
    const subjects = servers.map((server) => ({ server, people }))
    return (await measureInTurn(subjects, rounds, run)) as [Compared, Compared, Compared]
  })
}

/** Measures servers in alternating rounds, and stops them. @throws {Error} unless each messenger has stored all sent messages */
export async function measureInTurn(subjects: Subject[], rounds: number, run: Run): Promise<Compared[]> {
  const loads = await Promise.all(subjects.map(({ server, people }) => startConversations(server, people)))
  const results = await inTurn(
    rounds,
    loads.map((load) => () => run(load))
  )
  const compared: Compared[] = []
  for (const [index, { server }] of subjects.entries()) {
    if (server.name.startsWith('messenger')) await loads[index]?.assertStored()
    compared.push({ name: server.name, outcomes: results[index] as Outcome[], residentBytes: server.residentBytes() })
  }
  for (const load of loads) load.close()
  for (const { server } of subjects) await server.stop()
  return compared
}
