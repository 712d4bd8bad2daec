import type { Document } from 'mongodb'
import { defaultImage } from '../../../schemas/user.js'
import { batchesOf, isObjectId, leaveOut, type OldCollections, type Reason } from './old.js'

const texts = ['tag', 'firstName', 'lastName', 'email']

/** Gives users the fields that do not depend on others, and leaves out those who lack what nobody can make up. */
export async function adoptPeople(old: OldCollections): Promise<void> {
  const { users } = old
  for await (const batch of batchesOf(users.find({ changed: null }))) {
    const flaws = new Map(batch.map((document) => [document, flawOf(document)] as const))
    const updates = batch
      .filter((document) => !flaws.get(document))
      .map((document) => ({ updateOne: { filter: { _id: document._id }, update: { $set: fieldsOf(document) } } }))
    if (updates.length > 0) await users.bulkWrite(updates)
    const leaving = [...flaws].flatMap(([document, why]) => (why ? [{ document, why }] : []))
    await leaveOut(old, users, leaving)
  }
}

function flawOf(document: Document): Reason | undefined {
  if (!isObjectId(document._id)) return 'id'
  const isWhole = texts.every((name) => isText(document[name])) && hashOf(document)
  return isWhole ? undefined : 'field'
}

function fieldsOf(document: Document) {
  const { _id, img } = document
  return {
    password: hashOf(document),
    img: isText(img) ? img : defaultImage,
    lastSeen: _id.getTimestamp().getTime(),
    changed: 0,
    untoldChange: null
  }
}

/** The hash, in whatever field it is. */
function hashOf({ password, ...others }: Document): string | undefined {
  return [password, ...Object.values(others)].find((value) => isText(value) && value.startsWith('$argon2'))
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
