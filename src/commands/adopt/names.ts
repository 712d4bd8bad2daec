import type { Collection, Document } from 'mongodb'
import { TagSchema } from '../../schemas/user.js'
import { createCheck } from '../../schemas/validate.js'
import { formerKeyOfEmail, keyOfEmail, keyOfTag } from '../../store/keys.js'
import { isDuplicateKey } from '../../store/mongo/duplicates.js'
import { batchesOf } from './legacy.js'

/** A field that is unique here in any case, and was not on the legacy server. */
interface Naming {
  field: 'tag' | 'email'
  key: 'tagKey' | 'emailKey'
  /** The field that keeps the old name of a renamed user. */
  former: 'formerTag' | 'formerEmail'
  /** Returns the unique key of a name; `''` for a name that is not allowed here. */
  keyOf(name: string): string
  /** Returns a name to try in place of a taken one: 1 is the name itself, in an allowed form. */
  variantOf(name: string, number: number): string
}

const checkTag = createCheck(TagSchema)
const maxTagLetters = 32

export const tags: Naming = {
  field: 'tag',
  key: 'tagKey',
  former: 'formerTag',
  keyOf: (tag) => (checkTag(tag).length === 0 ? keyOfTag(tag) : ''),
  variantOf(tag, number) {
    const letters = tag.replace(/^[^a-z]+|[^a-z0-9_]/gi, '') || 'user'
    const suffix = suffixOf('_', number)
    return `@${letters.slice(0, maxTagLetters - suffix.length)}${suffix}`
  }
}

export const emails: Naming = {
  field: 'email',
  key: 'emailKey',
  former: 'formerEmail',
  keyOf: formerKeyOfEmail,
  variantOf: (email, number) => email.replace(/(@[^@]*)?$/, (host) => suffixOf('+', number) + host)
}

function suffixOf(sign: string, number: number): string {
  return number === 1 ? '' : sign + number
}

/**
 * Gives every user a unique key. Of users with the same key the oldest keeps the name, and the others are renamed: `@Ann`
 * becomes `@Ann_2`, and `Ann@mail.example` becomes `Ann+2@mail.example`.
 */
export async function adoptNames(users: Collection<Document>, naming: Naming): Promise<void> {
  const { key } = naming
  const temporary = await users.createIndex({ [key]: 1, _id: 1 })
  await keepNames(users, naming)
  // Every kept name has its key now, so no new name can take it.
  await rename(users, naming)
  await users.dropIndex(temporary)
}

async function keepNames(users: Collection<Document>, { field, key, keyOf }: Naming) {
  const unnamed = users.find({ [key]: null }, { projection: { [field]: 1 } }).sort({ _id: 1 })
  for await (const batch of batchesOf(unnamed)) {
    const named = batch.map((user) => ({ _id: user._id, value: keyOf(user[field]) }))
    const others = users.find({ [key]: { $in: named.map(({ value }) => value) } }, { projection: { [key]: 1 } })
    const taken = new Set(['', ...(await others.map((user) => user[key]).toArray())])
    const updates = named.flatMap(({ _id, value }) => {
      if (taken.has(value)) return []
      taken.add(value)
      return [{ updateOne: { filter: { _id }, update: { $set: { [key]: value } } } }]
    })
    // Ordered writes, so that an interrupted run never gives a younger user the key of an older one.
    if (updates.length > 0) await users.bulkWrite(updates, { ordered: true })
  }
}

async function rename(users: Collection<Document>, { field, key, former, keyOf, variantOf }: Naming) {
  for await (const user of users.find({ [key]: null }, { projection: { [field]: 1 } }).sort({ _id: 1 })) {
    const { _id, [field]: old } = user
    let number = 1
    while (await users.findOne({ [key]: keyOf(variantOf(old, number)) })) number++
    const name = variantOf(old, number)
    await users.updateOne({ _id }, { $set: { [field]: name, [key]: keyOf(name), [former]: old } })
  }
}

/**
 * Gives users one key for all forms of their address, once keys are unique. Of two users with the same address in two forms,
 * one keeps the key of the written form.
 */
export async function widenEmailKeys(users: Collection<Document>): Promise<void> {
  for await (const { _id, email, emailKey: former } of users
    .find({}, { projection: { email: 1, emailKey: 1 } })
    .sort({ _id: 1 })) {
    const emailKey = keyOfEmail(email)
    if (emailKey === former) continue
    await users.updateOne({ _id }, { $set: { emailKey } }).catch((error) => {
      if (!isDuplicateKey(error)) throw error
    })
  }
}
