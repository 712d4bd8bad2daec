import { collectionsOf, createIndexes } from '../../store/mongo/collections.js'
import { connectToDatabase, longTimeouts } from '../../store/mongo/connect.js'
import { beginAdoption, endAdoption, isLegacy } from '../../store/mongo/design.js'
import { openCursors } from '../../store/mongo/messages/cursors.js'
import { assertFinished } from '../../store/mongo/settings.js'
import { openVersions } from '../../store/mongo/versions.js'
import { openAddressBook } from './addressBook.js'
import { adoptConversations } from './conversations.js'
import { oldCollectionsOf } from './legacy.js'
import { addressMessages } from './messages.js'
import { adoptNames, emails, tags, widenEmailKeys } from './names.js'
import { numberMessages } from './numbering.js'
import { adoptPeople } from './people.js'
import { adoptPictures } from './pictures.js'
import { report } from './report.js'

/**
 * Turns a legacy database into one of this server, in place. A run that is interrupted at any point is continued by the next
 * one, because each step looks for what is left to do.
 *
 * @param images folder of the pictures
 * @throws {Error} when the database has no users, is an unfinished copy, or has another design
 */
export async function adoptDatabase(
  url: string,
  images: string | undefined,
  print: (line: string) => void
): Promise<void> {
  const { client, database } = await connectToDatabase(url, print, longTimeouts)
  try {
    const collections = collectionsOf(database)
    const old = oldCollectionsOf(database)
    if (!(await old.users.findOne())) throw new Error('There are no users in this database.')
    const isUnfinished = await isLegacy(collections)
    await assertFinished(collections)
    if (isUnfinished) {
      await beginAdoption(collections)
      print('Adopting users')
      await adoptPeople(old)
      await adoptNames(old.users, tags)
      await adoptNames(old.users, emails)
      await createIndexes(collections, ['users'])
      await widenEmailKeys(old.users)
      print('Adopting conversations')
      const book = await openAddressBook(old)
      await adoptConversations(old, collections, book)
      await createIndexes(collections, ['conversations'])
      print('Adopting messages')
      await addressMessages(old, collections, book)
      await numberMessages(old, await openVersions(collections))
      await createIndexes(collections)
    }
    print('Adopting pictures')
    await adoptPictures(old, collections, images, print)
    // The server takes a database without an epoch for a restored one.
    await openCursors(collections)
    await endAdoption(collections)
    await report(old, print)
  } finally {
    await client.close()
  }
}
