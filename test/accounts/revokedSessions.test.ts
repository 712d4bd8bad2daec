import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { createRevokedSessions } from '../../src/accounts/revokedSessions.js'
import type { Session } from '../../src/store/store.js'

const session = (_id: string, lifeMs = 60_000): Session => ({
  _id,
  user: { _id: 'ann', tag: '@ann' },
  expiresAt: Date.now() + lifeMs
})

/** A store that a test lets fail, and timers that run when the test says so. */
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
    /** How long each try that is still to come waits. */
    delays: () => timers.map(({ delayMs }) => delayMs),
    async runTimer() {
      timers.shift()?.run()
      await setImmediate()
      return store.asked.splice(0)
    }
  }
}

t.test('a log-out is tried again until it is stored, ever less often, and then no more', async (t) => {
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

t.test('while the store does not answer, others wait behind the first', async (t) => {
  const { logOuts, store, delays, runTimer } = start(t)
  for (const _id of ['a', 'b', 'c']) logOuts.add(session(_id))
  t.equal((await runTimer()).length, 1)
  store.isDown = false
  t.same((await runTimer()).sort(), ['a', 'b', 'c'])
  t.same(delays(), [])
})

t.test('one that is stored meanwhile, or has expired, is tried no more', async (t) => {
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

t.test('there are only so many, and the log tells of each that is given up', async (t) => {
  const { logOuts, errors } = start(t, 2)
  for (const _id of ['a', 'b', 'b']) logOuts.add(session(_id))
  t.same(errors, [])
  logOuts.add(session('c'))
  t.same(errors, [givenUp])
  t.same(['a', 'b', 'c'].map(logOuts.has), [false, true, true])
})

t.test('a close tries once more, and the log tells of a log-out that comes later', async (t) => {
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
