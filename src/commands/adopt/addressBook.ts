import type { ObjectId } from 'mongodb'
import { keyOfTag } from '../../store/keys.js'
import type { Members } from '../../store/mongo/messages/addresses.js'
import { pairOf } from '../../store/pair.js'
import { isText, type OldCollections } from './legacy.js'

export interface Person {
  _id: ObjectId
  tag: string
}

export type AddressBook = Awaited<ReturnType<typeof openAddressBook>>

interface Listed {
  formerTag: string
  /** Absent if the user is left out. */
  person?: Person
}

/** Opens the book that finds the users of legacy documents by tag. All users must have their names by then. */
export async function openAddressBook({ users, leftOut }: OldCollections) {
  // Users that no `tagKey` finds are few, so they are kept in memory.
  const unlisted = new Map<string, Listed[]>()
  function add(listed: Listed) {
    const key = listed.formerTag.toLowerCase()
    unlisted.set(key, [...(unlisted.get(key) ?? []), listed])
  }
  for await (const { _id, tag, formerTag } of users.find({ formerTag: { $exists: true } }).sort({ _id: 1 })) {
    add({ formerTag, person: { _id, tag } })
  }
  for await (const { document } of leftOut.find({ '_id.from': users.collectionName })) {
    if (isText(document.tag)) add({ formerTag: document.tag })
  }

  async function findKeepers(tags: string[]) {
    const filter = { tagKey: { $in: tags.map(keyOfTag) }, formerTag: null }
    const found = users.find(filter, { projection: { tag: 1 } })
    const listed = found.map(({ _id, tag }) => [tag.toLowerCase(), { formerTag: tag, person: { _id, tag } }] as const)
    return new Map(await listed.toArray())
  }

  return {
    /** Returns the users of some legacy tags: by exact spelling, or by any case where only one user fits. */
    async find(tags: unknown[]): Promise<Map<unknown, Person>> {
      const wanted = [...new Set(tags.filter(isText))]
      const keepers = await findKeepers(wanted)
      const found = new Map<unknown, Person>()
      for (const tag of wanted) {
        const key = tag.toLowerCase()
        const person = meantBy(tag, [keepers.get(key) ?? [], unlisted.get(key) ?? []].flat())
        if (person) found.set(tag, person)
      }
      return found
    }
  }
}

function meantBy(tag: string, possible: Listed[]): Person | undefined {
  const exact = possible.find(({ formerTag }) => formerTag === tag)
  const [only, ...others] = possible
  return (exact ?? (others.length === 0 ? only : undefined))?.person
}

/** Returns two users in the order in which a dialog keeps them. */
export function membersOf(one: Person, two: Person): Members {
  const { a, b, isUserA } = pairOf(one._id.toHexString(), two._id.toHexString())
  const [user1Tag, user2Tag] = isUserA ? [one.tag, two.tag] : [two.tag, one.tag]
  return { a, b, user1Tag, user2Tag }
}
