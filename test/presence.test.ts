import t from 'tap'
import { createPresence } from '../src/presence.js'

const ann = { _id: '1', tag: '@ann' }
const bob = { _id: '2', tag: '@bob' }

t.test('announcements of one user are made in turn, however long they take', async (t) => {
  const log: string[] = []
  const slowly = (word: string) => async () => {
    log.push(`${word}…`)
    await new Promise(setImmediate)
    log.push(word)
  }
  const presence = createPresence({
    offlineGraceMs: 0,
    onOnline: slowly('online'),
    onOffline: slowly('offline'),
    onError: t.error
  })

  presence.arrive(ann)
  t.equal(presence.isOnline(ann._id), true)
  await seesOff(presence, ann)
  presence.arrive(ann)
  t.equal(presence.isOnline(ann._id), true, 'though that she has gone is still being announced')
  while (log.at(-1) !== 'online…') await new Promise(setImmediate)
  presence.leave(ann)
  await presence.close()
  t.equal(presence.isOnline(ann._id), false)
  t.same(
    log,
    ['online', 'offline', 'online', 'offline'].flatMap((word) => [`${word}…`, word])
  )
})

t.test('who comes back at once has never been away', async (t) => {
  const log: string[] = []
  const presence = createPresence({
    offlineGraceMs: 1_000_000,
    onOnline: async ({ tag }) => void log.push(`${tag} online`),
    onOffline: async ({ tag }) => void log.push(`${tag} offline`),
    onError: t.error
  })
  presence.arrive(ann)
  presence.leave(ann)
  t.equal(presence.isOnline(ann._id), true)
  presence.arrive(ann)
  presence.arrive(bob)
  await new Promise(setImmediate)
  presence.leave(bob)
  await presence.close()
  t.same(log, ['@ann online', '@bob online', '@ann offline', '@bob offline'], 'a stop waits for nobody')
})

t.test('an announcement that fails does not hold up the next one', async (t) => {
  const errors: unknown[] = []
  const log: string[] = []
  const presence = createPresence({
    offlineGraceMs: 0,
    onOnline: () => Promise.reject(new Error('no store')),
    onOffline: async ({ tag }) => void log.push(tag),
    onError: (error) => errors.push(error)
  })
  presence.arrive(ann)
  await new Promise(setImmediate)
  await presence.close()
  t.match(errors, [new Error('no store')])
  t.same(log, ['@ann'])
})

/** Lets the last connection end, and the grace period as well. */
async function seesOff(presence: ReturnType<typeof createPresence>, user: typeof ann): Promise<void> {
  presence.leave(user)
  while (presence.isOnline(user._id)) await new Promise(setImmediate)
}
