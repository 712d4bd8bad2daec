import { join } from 'node:path'
import { inFolder } from '../folder.js'
import { startMessenger, startReference } from '../processes.js'
import { inTurn } from '../rounds.js'
import { type Conversations, type Outcome, startConversations } from './conversations.js'
import { createPeople, withStoreOf } from './people.js'

export interface Compared {
  name: string
  /** One for each round. */
  outcomes: Outcome[]
  /** Afterwards. */
  residentBytes: number
}

/** The same conversations on the relay, on the durable relay and on the messenger, in rounds in turn. */
export function compare(
  { pairs, rounds }: { pairs: number; rounds: number },
  run: (conversations: Conversations) => Promise<Outcome>
): Promise<[relay: Compared, durableRelay: Compared, messenger: Compared]> {
  return inFolder(async (dir) => {
    const people = await withStoreOf(dir, (store) => createPeople(store, pairs * 2))
    const servers = [
      await startReference('relay', 'relay.js'),
      await startReference('durable relay', 'relay.js', { rows: { file: join(dir, 'rows.db') } }),
      await startMessenger(dir)
    ]
    const loads = await Promise.all(servers.map((server) => startConversations(server, people)))
    const results = await inTurn(
      rounds,
      loads.map((load) => () => run(load))
    )
    await loads.at(-1)?.assertStored()
    const compared = servers.map(({ name, residentBytes }, index) => {
      return { name, outcomes: results[index] as Outcome[], residentBytes: residentBytes() }
    })
    for (const load of loads) load.close()
    for (const server of servers) await server.stop()
    return compared as [Compared, Compared, Compared]
  })
}
