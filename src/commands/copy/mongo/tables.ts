import { Binary } from 'bson'
import { keyOfTag } from '../../../store/keys.js'
import type {
  Collections,
  ConversationDocument,
  ImageDocument,
  SessionDocument,
  UserDocument
} from '../../../store/mongo/collections.js'
import { toId } from '../../../store/mongo/ids.js'
import { emptyDialog } from '../../../store/mongo/messages/addresses.js'
import { nameKeysOf } from '../../../store/nameKeys.js'
import type { DialogRecord, ImageRecord, SessionRecord, Shelf, Shelves, UserRecord } from '../transfer.js'
import { createMessageShelf } from './messages.js'
import { beforeAll, complete, pageOf, put, readById } from './table.js'

export function createShelves(collections: Collections): Shelves {
  return {
    users: createUserShelf(collections),
    sessions: createSessionShelf(collections),
    images: createImageShelf(collections),
    dialogs: createDialogShelf(collections),
    messages: createMessageShelf(collections)
  }
}

function createUserShelf({ users }: Collections): Shelf<UserRecord> {
  return {
    async read(after, limit) {
      const documents = await readById(users, toId(after || beforeAll), limit)
      return pageOf(documents, documents.map(toUser), limit, ({ _id }) => _id.toHexString())
    },
    write: (records) => put(users, records.map(toUserDocument)),
    count: () => users.countDocuments()
  }
}

function toUser({ _id, password, ...user }: UserDocument): UserRecord {
  const { tag, email, emailKey, firstName, lastName, img, lastSeen, changed, revision } = user
  const profile = { tag, firstName, lastName, img, lastSeen, changed: complete(changed), revision }
  return { _id: _id.toHexString(), ...profile, email, emailKey, passwordHash: password }
}

function toUserDocument({ _id, passwordHash, ...user }: UserRecord): UserDocument {
  return {
    _id: toId(_id),
    ...user,
    tagKey: keyOfTag(user.tag),
    nameKeys: nameKeysOf(user),
    password: passwordHash
  }
}

function createSessionShelf({ sessions }: Collections): Shelf<SessionRecord> {
  const toSession = ({ _id, userId, tag, expiresAt }: SessionDocument) => {
    return { _id: _id.toHexString(), userId: userId.toHexString(), tag, expiresAt: expiresAt.getTime() }
  }
  const toDocument = ({ _id, userId, tag, expiresAt }: SessionRecord) => {
    return { _id: toId(_id), userId: toId(userId), tag, expiresAt: new Date(expiresAt) }
  }
  return {
    async read(after, limit) {
      const documents = await readById(sessions, toId(after || beforeAll), limit)
      return pageOf(documents, documents.map(toSession), limit, ({ _id }) => _id.toHexString())
    },
    write: (records) => put(sessions, records.map(toDocument)),
    count: () => sessions.countDocuments()
  }
}

function createImageShelf({ images }: Collections): Shelf<ImageRecord> {
  const toImage = ({ _id, ownerId, bytes }: ImageDocument) => {
    return { name: _id, ownerId: ownerId.toHexString(), bytes: bytes.buffer }
  }
  const toDocument = ({ name, ownerId, bytes }: ImageRecord) => {
    return { _id: name, ownerId: toId(ownerId), bytes: new Binary(bytes) }
  }
  return {
    async read(after, limit) {
      const documents = await readById(images, after, limit)
      return pageOf(documents, documents.map(toImage), limit, ({ _id }) => _id)
    },
    write: (records) => put(images, records.map(toDocument)),
    count: () => images.countDocuments()
  }
}

function createDialogShelf({ conversations }: Collections): Shelf<DialogRecord> {
  return {
    async read(after, limit) {
      const documents = await readById(conversations, toId(after || beforeAll), limit)
      return pageOf(documents, documents.map(toDialog), limit, ({ _id }) => _id.toHexString())
    },
    write: (records) => put(conversations, records.map(toDialogDocument)),
    count: () => conversations.countDocuments()
  }
}

function toDialog({ _id, a, b, user1Tag, user2Tag, readSeqA, readSeqB, marked }: ConversationDocument): DialogRecord {
  return {
    _id: _id.toHexString(),
    a: a.toHexString(),
    b: b.toHexString(),
    tagA: user1Tag,
    tagB: user2Tag,
    readSeqA,
    readSeqB,
    marked: complete(marked)
  }
}

/** The rest is written with the messages. */
function toDialogDocument({ _id, a, b, tagA, tagB, readSeqA, readSeqB, marked }: DialogRecord): ConversationDocument {
  const members = { a, user1Tag: tagA, b, user2Tag: tagB }
  return { ...emptyDialog(members), _id: toId(_id), readSeqA, readSeqB, marked }
}
