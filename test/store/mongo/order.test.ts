import t from 'tap'
import { push } from '../../../src/store/mongo/push.js'
import { createSettler } from '../../../src/store/mongo/settler.js'
import { openVersions } from '../../../src/store/mongo/versions.js'
import { useMongo, withoutMongo } from '../../mongod.js'
import { letterToBob, openProcesses } from './processes.js'

t.test('updates tell messages in order, whoever has numbered which of them', { skip: withoutMongo }, async (t) => {
  const processes = await openProcesses(t, (await useMongo(t))(t))
  const { bob, store, collections, say } = processes
  await say('first')
  const cursor = await store.newestCursor()
  const versions = await openVersions(collections)
  let release: () => void = () => {}
  const otherIsDone = new Promise<void>((resolve) => {
    release = resolve
  })
  let begin: () => void = () => {}
  const earlyHasTaken = new Promise<void>((resolve) => {
    begin = resolve
  })

  // It takes its numbers first, and stores its messages last.
  const early = createSettler(collections, {
    ...versions,
    async take(count) {
      const taken = await versions.take(count)
      begin()
      await otherIsDone
      return taken
    }
  })
  let settling: Promise<void> | undefined
  const late = createSettler(collections, {
    ...versions,
    async take(count) {
      await push(collections, [await letterToBob(processes, 'third'), await letterToBob(processes, 'fourth')])
      settling = early.settle([dialog])
      await earlyHasTaken
      return versions.take(count)
    }
  })
  const second = await letterToBob(processes, 'second')
  const { dialog } = second
  await push(collections, [second])
  await late.settle([dialog])
  release()
  await settling

  const texts: string[] = []
  for (let since = cursor, hasMore = true; hasMore; ) {
    const page = await store.listUpdates(bob._id, since, 1)
    texts.push(...page.messages.map(({ text }) => text))
    since = page.cursor
    hasMore = page.hasMore
  }
  t.same(texts, ['second', 'third', 'fourth'])
})
