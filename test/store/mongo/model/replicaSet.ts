import { hash } from 'node:crypto'
import { compare, type Document, type Documents } from './documents.js'

export type Data = ReadonlyMap<string, Documents>

/** The data of a replica set, as its primary sees it: a history of single writes. No fail-over undoes the committed ones. */
export interface ReplicaSet {
  /** Number of entries of the primary. */
  end(): number
  /** Up to which entry the primary knows that a majority has them. Majority reads see the data there. */
  committed(): number
  /** The documents of a collection after so many entries. */
  documents(collection: string, index: number): Documents
  /** Writes a document. @throws where another one has its unique key */
  write(collection: string, document: Document): void
  /** A majority has one entry more; after a fail-over all up to the first entry of the new primary. */
  commitNext(): void
  /** Another server becomes the primary, which has only some entries, and knows only of some of them that a majority has them. */
  failOver(kept: number, known: number): void
  /** Number of its changes. */
  changes(): number
  /** Identifies this state, as far as a fail-over that makes the primary forget some commits can show it. */
  print(maxForgotten: number): string
}

const uniqueKeys: Record<string, string[][]> = {
  users: [['tagKey'], ['emailKey']],
  conversations: [['a', 'b']],
  messages: [['conversationId', 'seq'], ['key']]
}

export const duplicateKey = 11000

/** @param data with which the history begins */
export function createReplicaSet(data: Data = new Map()): ReplicaSet {
  const history: Entry[] = [{ data, texts: new Map() }]
  let committed = 0
  let firstOfTerm = 0
  let changes = 0
  const end = () => history.length - 1
  const documents = (collection: string, index: number) => history[index]?.data.get(collection) ?? new Map()

  return {
    end,
    committed: () => committed,
    changes: () => changes,
    documents,
    write(collection, document) {
      const present = documents(collection, end())
      assertUnique(collection, present, document)
      changes++
      const next = new Map(present).set(String(document._id), document)
      const { data, texts } = history.at(-1) as Entry
      const name = `${collection} ${document._id}`
      history.push({
        data: new Map(data).set(collection, next),
        texts: new Map(texts).set(name, JSON.stringify(document))
      })
    },
    commitNext() {
      changes++
      committed = Math.max(committed + 1, firstOfTerm)
    },
    failOver(kept, known) {
      changes++
      history.length = kept + 1
      // A new primary begins with an entry that changes nothing.
      history.push(history.at(-1) as Entry)
      firstOfTerm = end()
      committed = known
    },
    print: (maxForgotten) =>
      JSON.stringify([
        end() - committed,
        Math.max(0, firstOfTerm - committed),
        history.slice(Math.max(0, committed - maxForgotten)).map(printOf)
      ])
  }
}

function assertUnique(collection: string, present: Documents, document: Document): void {
  const keys = [['_id'], ...(uniqueKeys[collection] ?? [])]
  for (const other of present.values()) {
    if (other._id === document._id || compare(other._id, document._id) === 0) continue
    if (keys.some((fields) => fields.every((field) => compare(other[field], document[field]) === 0))) {
      throw Object.assign(new Error('E11000 duplicate key'), { code: duplicateKey })
    }
  }
}

interface Entry {
  data: Data
  /** Contents of each document, by its collection and its id. */
  texts: ReadonlyMap<string, string>
  /** Made when it is asked for. */
  print?: string
}

function printOf(entry: Entry): string {
  entry.print ??= hash('sha1', [...entry.texts].sort().join(), 'base64').slice(0, 12)
  return entry.print
}
