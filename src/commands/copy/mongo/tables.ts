import { Binary } from 'bson'
import { keyOfTag } from '../../../store/keys.js'
import type { Collections, ConversationDocument, UserDocument } from '../../../store/mongo/collections.js'
import { toId } from '../../../store/mongo/ids.js'
import { emptyDialog } from '../../../store/mongo/messages/addresses.js'
import { nameKeysOf } from '../../../store/nameKeys.js'
import type { DialogRecord, Tables, UserRecord } from '../transfer.js'
import { createMessageTable } from './messages.js'
import { complete, createTable } from './table.js'

export function createTables(collections: Collections): Tables {
  const { users, sessions, images, conversations } = collections
  return {
    users: createTable(users, { toRecord: toUser, toDocument: toUserDocument }),
    sessions: createTable(sessions, {
      toRecord: ({ _id, userId, tag, expiresAt }) => {
        return { _id: _id.toHexString(), userId: userId.toHexString(), tag, expiresAt: expiresAt.getTime() }
      },
      toDocument: ({ _id, userId, tag, expiresAt }) => {
        return { _id: toId(_id), userId: toId(userId), tag, expiresAt: new Date(expiresAt) }
      }
    }),
    images: createTable(images, {
      toKey: (name) => name,
      toRecord: ({ _id, ownerId, bytes }) => ({ name: _id, ownerId: ownerId.toHexString(), bytes: bytes.buffer }),
      toDocument: ({ name, ownerId, bytes }) => ({ _id: name, ownerId: toId(ownerId), bytes: new Binary(bytes) })
    }),
    dialogs: createTable(conversations, { toRecord: toDialog, toDocument: toDialogDocument }),
    messages: createMessageTable(collections)
  }
}

function toUser({ _id, password, ...user }: UserDocument): UserRecord {
  const { tag, email, emailKey, firstName, lastName, img, lastSeen, changed, revision } = user
  const profile = { tag, firstName, lastName, img, lastSeen, changed: complete(changed), revision }
  return { _id: _id.toHexString(), ...profile, email, emailKey, passwordHash: password }
}

function toUserDocument({ _id, passwordHash, ...user }: UserRecord): UserDocument {
  const keys = { tagKey: keyOfTag(user.tag), nameKeys: nameKeysOf(user) }
  return { _id: toId(_id), ...user, ...keys, password: passwordHash }
}

function toDialog({ _id, a, b, user1Tag, user2Tag, readSeqA, readSeqB, marked }: ConversationDocument): DialogRecord {
  const members = { a: a.toHexString(), b: b.toHexString(), tagA: user1Tag, tagB: user2Tag }
  return { _id: _id.toHexString(), ...members, readSeqA, readSeqB, marked: complete(marked) }
}

/** Returns a dialog without messages, which complete it when they are written. */
function toDialogDocument({ _id, a, b, tagA, tagB, readSeqA, readSeqB, marked }: DialogRecord): ConversationDocument {
  const members = { a, user1Tag: tagA, b, user2Tag: tagB }
  return { ...emptyDialog(members), _id: toId(_id), readSeqA, readSeqB, marked }
}
