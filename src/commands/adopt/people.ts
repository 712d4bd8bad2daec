import type { Document } from 'mongodb'
import { defaultImage } from '../../schemas/user.js'
import { nameKeysOf } from '../../store/nameKeys.js'
import { batchesOf, isObjectId, isText, leaveOut, type OldCollections, type Reason } from './legacy.js'

const texts = ['tag', 'firstName', 'email']

/** Gives users the fields that do not depend on other users, and leaves out users that lack an essential field. */
export async function adoptPeople(old: OldCollections): Promise<void> {
  const { users } = old
  for await (const batch of batchesOf(users.find({ revision: null }))) {
    const flaws = new Map(batch.map((document) => [document, flawOf(document)] as const))
    const updates = batch
      .filter((document) => !flaws.get(document))
      .map((document) => ({ updateOne: { filter: { _id: document._id }, update: updateOf(document) } }))
    if (updates.length > 0) await users.bulkWrite(updates)
    const leaving = [...flaws].flatMap(([document, why]) => (why ? [{ document, why }] : []))
    await leaveOut(old, users, leaving)
  }
}

function flawOf(document: Document): Reason | undefined {
  if (!isObjectId(document._id)) return 'id'
  const hasNames = texts.every((name) => isText(document[name])) && typeof document.lastName === 'string'
  const isWhole = hasNames && hashFieldOf(document)
  return isWhole ? undefined : 'field'
}

function updateOf(document: Document) {
  const { _id, img, firstName, lastName } = document
  const field = hashFieldOf(document) as string
  const fields = {
    password: document[field],
    img: isText(img) ? img : defaultImage,
    lastSeen: _id.getTimestamp().getTime(),
    nameKeys: nameKeysOf({ firstName, lastName }),
    changed: 0,
    revision: 1
  }
  // The old hash would remain when the user gets a better one.
  return field === 'password' ? { $set: fields } : { $set: fields, $unset: { [field]: '' } }
}

/** Returns the field with the hash, which is not always `password`. */
function hashFieldOf(document: Document): string | undefined {
  return ['password', ...Object.keys(document)].find((name) => {
    const value = document[name]
    return isText(value) && value.startsWith('$argon2')
  })
}
