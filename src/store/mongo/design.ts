import type { Collections } from './collections.js'
import { insertNew } from './duplicates.js'

type Settings = Pick<Collections, 'settings'>

const designKey = 'design'
const adoptionKey = 'adoption'

/** The design of the documents. A program reads only its own design. Databases of the first design have no number. */
const design = 2

/** Reasons why this program does not read a database, and what to do about it. */
const refusals = {
  newer: 'A newer version wrote this database: update the program.',
  former:
    'An older version wrote this database: copy it to SQLite with that version (`messenger-server copy mongodb://… file:…`), ' +
    'and copy the file to an empty MongoDB database with this version.',
  formerCopy: 'An older version began to copy into this database: drop it, and copy again with this version.',
  formerAdoption:
    'An older version began to adopt this database: restore the legacy database from its dump, and adopt that with this version.',
  legacy: 'This is a legacy database: run `messenger-server adopt URL` first.'
}

/**
 * Tells whether there are documents of the legacy server, or their adoption has begun and not ended.
 *
 * @throws {Error} that says what to do, for a database of another design
 */
export async function isLegacy(collections: Collections): Promise<boolean> {
  const signs = await findSigns(collections)
  // Every process writes the design first, and this one reads it last. So other signs of a new database never come without it.
  const found = await readDesign(collections)
  assertNotNewer(found, signs.adoption)
  const former = found === design ? undefined : formerOf(signs)
  if (former) throw new Error(refusals[former])
  return signs.adoption !== undefined || signs.hasLegacy
}

/** @throws {Error} that says what to do, for a database of another design, or one that has still to be adopted */
export async function assertDesign(collections: Collections): Promise<void> {
  if (await isLegacy(collections)) throw new Error(refusals.legacy)
}

/**
 * Writes the design into an empty database, before anything else is written there.
 *
 * @throws {Error} when a newer program was faster
 */
export async function keepDesign(collections: Settings): Promise<void> {
  await insertNew(collections.settings, [{ _id: designKey, value: design }])
  assertNotNewer(await readDesign(collections))
}

export async function beginAdoption({ settings }: Settings): Promise<void> {
  await settings.updateOne({ _id: adoptionKey }, { $set: { value: design } }, { upsert: true })
}

export async function endAdoption(collections: Settings): Promise<void> {
  await keepDesign(collections)
  await collections.settings.deleteOne({ _id: adoptionKey })
}

async function readDesign({ settings }: Settings): Promise<unknown> {
  return (await settings.findOne({ _id: designKey }))?.value
}

function assertNotNewer(...numbers: unknown[]): void {
  if (numbers.some((number) => typeof number === 'number' && number > design)) throw new Error(refusals.newer)
}

interface Signs {
  /** The design to which an adoption brings legacy documents. The former program wrote a word here. */
  adoption: unknown
  isCopy: boolean
  hasLegacy: boolean
  /** Whether the former program has used the database. */
  hasFormer: boolean
}

async function findSigns({ users, conversations, settings }: Collections): Promise<Signs> {
  const [known, user, conversation, ...legacy] = await Promise.all([
    settings.find({ _id: { $in: [adoptionKey, 'unfinishedCopy', 'version'] } }).toArray(),
    users.findOne({}, { projection: { tagKey: 1, revision: 1 } }),
    conversations.findOne({}, { projection: { journal: 1 } }),
    // An index finds missing fields as well: a start does not read all documents.
    users.findOne({ tagKey: null as never }, { projection: { _id: 1 } }),
    conversations.findOne({ users: null as never }, { projection: { _id: 1 } })
  ])
  const values = new Map(known.map(({ _id, value }) => [_id, value]))
  const isUsed =
    values.has('version') || user?.tagKey !== undefined || (conversation !== null && 'journal' in conversation)
  return {
    adoption: values.get(adoptionKey),
    isCopy: values.has('unfinishedCopy'),
    hasLegacy: legacy.some(Boolean),
    hasFormer: isUsed && user?.revision === undefined
  }
}

/** Names what the former program has left in a database that has no number of its design. */
function formerOf({ adoption, isCopy, hasFormer }: Signs): keyof typeof refusals | undefined {
  if (adoption === design) return undefined
  if (adoption !== undefined) return 'formerAdoption'
  if (isCopy) return 'formerCopy'
  return hasFormer ? 'former' : undefined
}
