import t from 'tap'
import { createPresence } from '../../src/notifier/presence.js'

const ann = { _id: '1', tag: '@ann' }
const bob = { _id: '2', tag: '@bob' }

t.test('announcements of one user are made in order, however long they take', async (t) => {
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
    setLastSeen: async () => {},
    noteLastSeen: async () => {},
    onError: t.error
  })

  const logged = async (entries: number) => {
    while (log.length < entries) await new Promise(setImmediate)
  }
  presence.arrive(ann)
  t.equal(presence.isOnline(ann._id), true)
  await logged(2)
  await seesOff(presence, ann)
  await logged(3)
  presence.arrive(ann)
  t.equal(presence.isOnline(ann._id), true, 'though that she has gone is still being announced')
  await logged(6)
  await seesOff(presence, ann)
  await logged(8)
  t.same(
    log,
    ['online', 'offline', 'online', 'offline'].flatMap((word) => [`${word}…`, word])
  )
})

t.test('a user who comes back at once is not announced as offline', async (t) => {
  const log: string[] = []
  const presence = createPresence({
    offlineGraceMs: 1_000_000,
    onOnline: async ({ tag }) => void log.push(`${tag} online`),
    onOffline: async ({ tag }) => void log.push(`${tag} offline`),
    setLastSeen: async ({ tag }) => void log.push(`${tag} seen`),
    noteLastSeen: async ({ tag }) => void log.push(`${tag} seen`),
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
  t.same(
    log,
    ['@ann online', '@bob online', '@ann seen', '@bob seen', '@ann seen', '@bob seen'],
    'nobody is told at a stop'
  )
})

t.test('an announcement that fails does not hold up the next one', async (t) => {
  const errors: unknown[] = []
  const log: string[] = []
  const presence = createPresence({
    offlineGraceMs: 0,
    onOnline: () => Promise.reject(new Error('no store')),
    onOffline: async ({ tag }) => void log.push(tag),
    setLastSeen: () => Promise.reject(new Error('no store')),
    noteLastSeen: () => Promise.reject(new Error('no store')),
    onError: (error) => errors.push(error)
  })
  presence.arrive(ann)
  await seesOff(presence, ann)
  await new Promise(setImmediate)
  await presence.close()
  t.match(errors, [new Error('no store'), new Error('no store'), new Error('no store')])
  t.same(log, ['@ann'])
})

t.test('a user who comes back during the announcement of being offline is announced again', async (t) => {
  for (let microtasks = 0; microtasks < 12; microtasks++) {
    const finish: (() => void)[] = []
    const presence = createPresence({
      offlineGraceMs: 0,
      onOnline: async () => {},
      onOffline: () => new Promise((resolve) => void finish.push(resolve)),
      setLastSeen: async () => {},
      noteLastSeen: async () => {},
      onError: t.error
    })
    presence.arrive(ann)
    await new Promise(setImmediate)
    await seesOff(presence, ann)
    while (finish.length === 0) await new Promise(setImmediate)
    presence.arrive(ann)
    await seesOff(presence, ann)
    finish[0]?.()
    for (let number = 0; number < microtasks; number++) await undefined
    presence.arrive(ann)
    await new Promise(setImmediate)
    t.equal(presence.isOnline(ann._id), true, `${microtasks} microtasks later`)
  }
})

/** Ends the last connection and the grace period. */
async function seesOff(presence: ReturnType<typeof createPresence>, user: typeof ann): Promise<void> {
  presence.leave(user)
  while (presence.isOnline(user._id)) await new Promise(setImmediate)
}
