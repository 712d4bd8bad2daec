import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { createRevokedSessions } from '../../src/accounts/revokedSessions.js'
import type { Session } from '../../src/store/records.js'

const session = (_id: string, lifeMs = 60_000): Session => ({
  _id,
  user: { _id: 'ann', tag: '@ann' },
  expiresAt: Date.now() + lifeMs
})

/** Makes a store that fails at the test's command, and timers that run at its command. */
function start(t: Test, maxRemembered = 10) {
  const store = { isDown: true, asked: [] as string[] }
  const errors: string[] = []
  const timers: { run(): void; delayMs: number }[] = []
  t.capture(globalThis, 'setTimeout', ((run: () => void, delayMs: number) => {
    timers.push({ run, delayMs })
    return { unref: () => ({}) }
  }) as unknown as typeof setTimeout)
  const logOuts = createRevokedSessions(
    async (_id) => {
      store.asked.push(_id)
      if (store.isDown) throw new Error('down')
    },
    maxRemembered,
    ({ message }) => errors.push(message)
  )
  return {
    logOuts,
    errors,
    store,
    /** Delays of the attempts that are scheduled, in milliseconds. */
    delays: () => timers.map(({ delayMs }) => delayMs),
    async runTimer() {
      timers.shift()?.run()
      await setImmediate()
      return store.asked.splice(0)
    }
  }
}

t.test('a revoked session is tried again at growing intervals until it is stored', async (t) => {
  const { logOuts, store, delays, runTimer } = start(t)
  logOuts.add(session('a'))
  logOuts.add(session('a'))
  const waited = []
  for (let tries = 0; tries < 8; tries++) {
    t.equal(delays().length, 1, 'one try at a time')
    waited.push(...delays())
    t.same(await runTimer(), ['a'])
    t.ok(logOuts.has('a'))
  }
  t.same(waited, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
  store.isDown = false
  t.same(await runTimer(), ['a'])
  t.notOk(logOuts.has('a'))
  t.same(delays(), [])

  store.isDown = true
  logOuts.add(session('b'))
  t.same(delays(), [1000], 'the next one begins again')
  t.equal(await logOuts.close(), 1)
})

t.test('while the store does not answer, other revoked sessions wait behind the first', async (t) => {
  const { logOuts, store, delays, runTimer } = start(t)
  for (const _id of ['a', 'b', 'c']) logOuts.add(session(_id))
  t.equal((await runTimer()).length, 1)
  store.isDown = false
  t.same((await runTimer()).sort(), ['a', 'b', 'c'])
  t.same(delays(), [])
})

t.test('a revoked session that is stored meanwhile, or has expired, is not tried again', async (t) => {
  const { logOuts, store, delays, runTimer } = start(t)
  store.isDown = false
  logOuts.add(session('stored'))
  logOuts.add(session('expired', -1))
  logOuts.delete('stored')
  t.same(await runTimer(), [])
  t.same(delays(), [])
  t.notOk(logOuts.has('expired'))
})

const givenUp = 'A log-out could not be stored. Its token is valid again after a restart.'

t.test('beyond the maximum the oldest revoked session is given up, and the log says so', async (t) => {
  const { logOuts, errors } = start(t, 2)
  for (const _id of ['a', 'b', 'b']) logOuts.add(session(_id))
  t.same(errors, [])
  logOuts.add(session('c'))
  t.same(errors, [givenUp])
  t.same(['a', 'b', 'c'].map(logOuts.has), [false, true, true])
})

t.test('a close tries a last time, and a later log-out is logged as given up', async (t) => {
  const { logOuts, store, errors, delays, runTimer } = start(t)
  logOuts.add(session('a'))
  const [begun] = [runTimer()]
  store.isDown = false
  t.equal(await logOuts.close(), 0)
  await begun
  t.same(errors, [])
  logOuts.add(session('b'))
  t.same(errors, [givenUp])
  t.same(delays(), [])
})
