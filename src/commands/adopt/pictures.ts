import { createHash } from 'node:crypto'
import { lstat, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Binary } from 'bson'
import type { Document } from 'mongodb'
import { openPicture } from '../../images/normalize.js'
import { defaultImage } from '../../schemas/user.js'
import type { Collections } from '../../store/mongo/collections.js'
import { insertNew } from '../../store/mongo/duplicates.js'
import type { OldCollections } from './legacy.js'

const maxPixels = 100_000_000
const maxBytes = 64 * 1024 * 1024
const safeName = /^[A-Za-z0-9._-]{1,64}$/

/**
 * Stores the pictures of users under their old names, so that old links work, or under a hash of a name that no link can have.
 * A user whose picture is not readable gets the default one, with the old name in `formerImg`, for the next run.
 *
 * @param dir folder of the pictures; without it the pictures stay as they are
 */
export async function adoptPictures(
  { users }: OldCollections,
  { images }: Pick<Collections, 'images'>,
  dir: string | undefined,
  print: (line: string) => void
): Promise<void> {
  const wanted = users.find({ $or: [{ img: { $ne: defaultImage } }, { formerImg: { $exists: true } }] })
  let unseen = 0

  async function adoptPicture(folder: string, { _id, tag }: Document, name: string) {
    const bytes = await readPicture(folder, name)
    if (!bytes) {
      print(`The picture of ${tag}, ${JSON.stringify(name)}, is not there or is none: ${tag} gets ${defaultImage}.`)
      await users.updateOne({ _id }, { $set: { img: defaultImage, formerImg: name } })
      return
    }
    const img = safeName.test(name) ? name : nameFor(name)
    await insertNew(images, [{ _id: img, ownerId: _id, bytes: new Binary(bytes) }])
    await users.updateOne({ _id }, { $set: { img }, $unset: { formerImg: '' } })
  }

  for await (const user of wanted.batchSize(100)) {
    const { img, formerImg } = user
    const name = img === defaultImage ? formerImg : img
    if (await images.findOne({ _id: img }, { projection: { _id: 1 } })) continue
    if (dir === undefined) unseen++
    else await adoptPicture(dir, user, name)
  }
  if (unseen > 0) print(`Pictures that are not here: ${unseen}. Run it again with --images DIR to bring them in.`)
}

function nameFor(name: string): string {
  return `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.webp`
}

/** Reads and normalizes a picture that lies in the folder itself. */
async function readPicture(dir: string, name: string): Promise<Buffer | undefined> {
  if (basename(name) !== name) return undefined
  try {
    const file = join(dir, name)
    // `lstat` refuses a link, which may lead out of the folder, and a pipe, which has no end.
    const found = await lstat(file)
    if (!found.isFile() || found.size > maxBytes) return undefined
    const { normalize } = await openPicture(await readFile(file), maxPixels)
    return await normalize()
  } catch {
    return undefined
  }
}
