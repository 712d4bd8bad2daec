import argon2 from 'argon2'
import { type Collection, type Document, MongoClient, ObjectId } from 'mongodb'
import type { Test } from 'tap'

/** A database of the legacy server. */
export interface LegacyDatabase {
  url: string
  users: Collection<Document>
  conversations: Collection<Document>
  messages: Collection<Document>
  leftOut: Collection<Document>
  /** Signs up `@name` with `name@test.example` and `name-secret`. Later ones have larger ids. */
  signUp(tag: string, changes?: Document): Promise<ObjectId>
  /** Adds a conversation, even a second one of the same pair. */
  meet(user1Tag: string, user2Tag: string): Promise<ObjectId>
  /** Adds a message `@ann > @bob: text`, read and one minute after the last one, with changes. */
  say(line: string, changes?: Document): Promise<ObjectId>
  /** Adds many messages. */
  sayAll(lines: string[], changesOf: (index: number) => Document): Promise<void>
  /** Returns the result of an adoption without the parts in which two adoptions differ. */
  state(): Promise<unknown>
}

/** Time of the first message. */
export const start = Date.parse('2020-01-01T00:00:00Z')
export const minute = 60_000

export async function createLegacyDatabase(t: Test, url: string): Promise<LegacyDatabase> {
  const client = new MongoClient(url)
  t.teardown(() => client.close())
  const database = client.db(new URL(url).pathname.slice(1))
  const [users, conversations, messages, leftOut, images, settings] = [
    'users',
    'conversations',
    'messages',
    'leftOut',
    'images',
    'settings'
  ].map((name) => database.collection(name)) as [Collection, Collection, Collection, Collection, Collection, Collection]
  let count = 0
  let sent = 0
  // Ids grow with the calls, at any time of day.
  const newId = () => new ObjectId((0x5e000000 + ++count).toString(16).padEnd(24, '0'))
  const add = async (collection: Collection, document: Document) =>
    (await collection.insertOne({ _id: newId(), ...document })).insertedId

  function sentence(line: string) {
    const [, senderTag, receiverTag, text] = /^(\S*) > (\S*): (.*)$/.exec(line) as unknown as string[]
    return { senderTag, receiverTag, text, date: new Date(start + sent++ * minute), isRead: true }
  }

  return {
    url,
    users,
    conversations,
    messages,
    leftOut,
    async signUp(tag, changes) {
      const name = tag.slice(1)
      const salt = Buffer.alloc(16, name)
      const options = { type: argon2.argon2i, salt, memoryCost: 1024, timeCost: 2 } as const
      const password = await argon2.hash(`${name}-secret`, options)
      const email = `${name}@test.example`
      return add(users, { tag, firstName: 'First', lastName: 'Last', email, password, salt: 'salt', ...changes })
    },
    meet: (user1Tag, user2Tag) => add(conversations, { user1Tag, user2Tag }),
    say: (line, changes) => add(messages, { ...sentence(line), ...changes }),
    async sayAll(lines, changesOf) {
      await messages.insertMany(lines.map((line, index) => ({ _id: newId(), ...sentence(line), ...changesOf(index) })))
    },
    async state() {
      const sorted = (collection: Collection, field: string) =>
        collection
          .find()
          .sort({ [field]: 1 })
          .toArray()
      return {
        users: await sorted(users, '_id'),
        // New ids and skipped numbers differ between two adoptions.
        conversations: (await sorted(conversations, 'position')).map(
          ({ _id, position, lastVersions, ...others }) => others
        ),
        messages: (await sorted(messages, 'version')).map(({ conversationId, version, ...others }) => others),
        leftOut: (await sorted(leftOut, 'document._id')).map(({ document, ...others }) => ({ ...others, document })),
        images: (await sorted(images, '_id')).map(({ _id }) => _id),
        settings: (await sorted(settings, '_id')).map(({ _id }) => _id),
        indexes: await Promise.all(
          [users, conversations, messages].map(async (collection) => {
            const indexes = await collection.indexes()
            return indexes.map(({ name }) => name).sort()
          })
        )
      }
    }
  }
}
