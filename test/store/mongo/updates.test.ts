import t from 'tap'
import { createChanges } from '../../../src/store/mongo/changes.js'
import { openCursors } from '../../../src/store/mongo/cursors.js'
import { createDialogs } from '../../../src/store/mongo/dialogs.js'
import { createProfileChanges } from '../../../src/store/mongo/profileChanges.js'
import { push } from '../../../src/store/mongo/push.js'
import { createSettler } from '../../../src/store/mongo/settler.js'
import { createUpdates } from '../../../src/store/mongo/updates.js'
import { openVersions } from '../../../src/store/mongo/versions.js'
import { useMongo, withoutMongo } from '../../mongod.js'
import { letterToBob, openProcesses } from './processes.js'

t.test('updates come to an end while there is always something new', { skip: withoutMongo }, async (t) => {
  const processes = await openProcesses(t, (await useMongo(t))(t))
  const { ann, bob, collections, say } = processes
  await say('0')
  const settled = await openVersions(collections)
  let pushed = 0
  const versions = {
    ...settled,
    async newest() {
      const newest = await settled.newest()
      await push(collections, [await letterToBob(processes, `${++pushed}`)])
      return newest
    }
  }
  const settler = createSettler(collections, settled)
  const cursors = await openCursors(collections, settled)
  const dialogs = createDialogs(collections, settler)
  const changes = createChanges(collections)
  const profileChanges = createProfileChanges(collections, settler, settled)
  const updates = createUpdates(collections, { versions, cursors, dialogs, settler, changes, profileChanges })
  const first = await updates.listUpdates(bob._id, cursors.toCursor(0), 99)
  t.same(
    first.messages.map(({ text }) => text),
    ['0', '1', '2']
  )
  const { messages } = await updates.listUpdates(ann._id, first.cursor, 99)
  t.match(messages[0], { text: '3' }, 'what had come too late comes with the next page')
})
