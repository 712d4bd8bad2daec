import { ObjectId } from 'mongodb'

/** Documents by collection. */
export type Documents = Record<string, object[]>

const [annId, bobId] = [new ObjectId(), new ObjectId()]
const userOf = (_id: ObjectId, name: string) => ({
  ...{ _id, tag: `@${name}`, tagKey: name, email: `${name}@x.example`, emailKey: `${name}@x.example` },
  ...{ firstName: name, lastName: 'Test', password: '$argon2id$', img: 'default.jpg', lastSeen: 1, nameKeys: [] },
  ...{ changed: 0, untoldChange: null }
})
const formerUsers = [userOf(annId, 'ann'), userOf(bobId, 'bob')]
const formerDialog = {
  ...{ a: annId, b: bobId, users: [annId, bobId], user1Tag: '@ann', user2Tag: '@bob', lastSeq: 1, position: 1 },
  ...{ last: {}, readSeqA: 0, readSeqB: 0, unreadA: 0, unreadB: 1, journal: [], isPending: false, applied: 1 }
}
const formerMessage = {
  ...{ users: [annId, bobId], senderTag: '@ann', receiverTag: '@bob', text: 'hello', date: new Date() },
  ...{ seq: 1, version: 1 }
}
const legacyUser = { tag: '@cid', firstName: 'Cid', lastName: 'Test', email: 'cid@x.example', password: '$argon2i$' }

/** An unfinished copy of the former program. */
export const formerCopy: Documents = {
  settings: [
    { _id: 'unfinishedCopy', value: { from: 'file:/old.db', version: 0, kind: 'images', after: '', done: 0 } }
  ],
  users: formerUsers
}

const older =
  /^An older version wrote this database: copy it to SQLite with that version \(`messenger-server copy mongodb:\/\/… file:…`\), and copy the file to an empty MongoDB database with this version\.$/
export const newer = /^A newer version wrote this database: update the program\.$/

interface Refused {
  why: string
  documents: Documents
  says: RegExp
}

/** Databases that this program refuses. */
export const refused: Refused[] = [
  {
    why: 'a database on which the former program has been started',
    documents: { settings: [{ _id: 'version', value: 0 }] },
    says: older
  },
  {
    why: 'users and messages of the former program',
    documents: {
      settings: [{ _id: 'version', value: 1 }],
      users: formerUsers,
      conversations: [formerDialog],
      messages: [formerMessage]
    },
    says: older
  },
  { why: 'users of the former program alone', documents: { users: formerUsers }, says: older },
  { why: 'dialogs of the former program alone', documents: { conversations: [formerDialog] }, says: older },
  {
    why: 'a database of the former program, to which the legacy server has written',
    documents: { settings: [{ _id: 'version', value: 1 }], users: [legacyUser, ...formerUsers] },
    says: older
  },
  {
    why: 'an adoption that the former program has begun',
    documents: { settings: [{ _id: 'adoption', value: 'begun' }], users: [legacyUser, ...formerUsers] },
    says: /^An older version began to adopt this database: restore the legacy database from its dump, and adopt that with this version\.$/
  },
  {
    why: 'a copy that the former program has begun',
    documents: formerCopy,
    says: /^An older version began to copy into this database: drop it, and copy again with this version\.$/
  },
  { why: 'a later design', documents: { settings: [{ _id: 'design', value: 3 }] }, says: newer },
  {
    why: 'an adoption that a later program has begun',
    documents: { settings: [{ _id: 'adoption', value: 3 }], users: [legacyUser] },
    says: newer
  }
]
