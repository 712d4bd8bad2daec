import { createHash } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, symlinkSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { driver as SQLite } from '../../../src/store/sqlite/driver.js'
import { damage } from '../../helpers/faults/damage.js'
import { makeDisk, whyNoDisk } from '../../helpers/faults/disk.js'
import { createLoad, talkToEachOther } from '../../helpers/faults/load.js'
import { entry, reportOf, spawnMessenger, startMessenger } from '../../helpers/messengerProcess.js'

const environment = { RATE_LIMITS: 'off', DB_BUSY_TIMEOUT_MS: '300' }

interface Case {
  why: string
  /** Makes the file unusable. */
  spoil?(file: string): void
  lock?(file: string, t: Test): void
  says: RegExp
}

const cases: Case[] = [
  {
    why: 'its beginning is gone',
    spoil: (file) => damage(file, 0, 100),
    says: /not a database/
  },
  {
    why: 'it was cut in the middle',
    spoil: (file) => truncateSync(file, Math.floor(readFileSync(file).length / 2)),
    says: /malformed|damaged/
  },
  {
    why: 'all of it but the header is garbage',
    spoil: (file) => damage(file, 100),
    says: /malformed|damaged/
  },
  {
    why: 'there is garbage in the middle of it',
    spoil: (file) => damage(file, Math.floor(readFileSync(file).length / 2), 8192),
    says: /malformed|damaged/
  },
  {
    why: 'another process has it for itself',
    lock(file, t) {
      const database = new SQLite(file)
      t.teardown(() => database.close())
      database.pragma('locking_mode = EXCLUSIVE')
      database.exec('BEGIN EXCLUSIVE')
    },
    says: /locked/
  }
]

const contentOf = (dir: string) =>
  readdirSync(dir)
    .filter((name) => !name.startsWith('messenger.db-'))
    .map(
      (name) =>
        `${name} ${createHash('sha256')
          .update(readFileSync(join(dir, name)))
          .digest('hex')}`
    )

/** Makes a folder with the files of a used server. */
async function makeData(t: Test): Promise<string> {
  const dir = t.testdir()
  const messenger = await startMessenger(t, { dir, entry, environment })
  const cookies = { ann: await messenger.signUp('ann'), bob: await messenger.signUp('bob') }
  const load = createLoad()
  const enough = load.more(600)
  const { over } = await talkToEachOther(messenger, load, cookies, 'a long text '.repeat(20))
  await enough
  await messenger.end('SIGTERM')
  await over
  return join(dir, 'data')
}

async function refuses(t: Test, dir: string, says: RegExp, more = {}) {
  const child = spawnMessenger(t, { dir, entry, environment: { ...environment, ...more } })
  child.stdout?.once('data', () => child.kill('SIGKILL'))
  const { code, stderr } = await reportOf(child)
  t.equal(code, 1)
  t.match(stderr, /^data\/messenger\.db: .+\n$/, 'a line, which names the file')
  t.match(stderr, says)
}

t.test('a server does not start on an unusable file and does not change it', async (t) => {
  const data = await makeData(t)
  for (const { why, spoil, lock, says } of cases) {
    await t.test(why, async (t) => {
      const dir = t.testdir()
      cpSync(data, join(dir, 'data'), { recursive: true })
      const file = join(dir, 'data', 'messenger.db')
      spoil?.(file)
      const before = contentOf(join(dir, 'data'))
      // This comes last, because a process that closes a file gives up its locks on it.
      lock?.(file, t)
      await refuses(t, dir, says)
      t.same(contentOf(join(dir, 'data')), before)
    })
  }

  for (const isThere of [true, false]) {
    const why = `nothing can be written where it ${isThere ? 'is' : 'would be'}`
    await t.test(why, { skip: whyNoDisk() }, async (t) => {
      const dir = t.testdir()
      const disk = makeDisk(t, 64 * 1024 * 1024)
      if (isThere) cpSync(data, disk.path, { recursive: true })
      symlinkSync(disk.path, join(dir, 'data'))
      disk.protect()
      await refuses(t, dir, /readonly|unable to open/)
    })
  }
})

t.test('an emptied file is not a new store', async (t) => {
  for (const [secret, why] of [
    [{}, 'where the server has made the secret of tokens'],
    [{ JWT_PRIVATE_KEY: 'k'.repeat(32) }, 'and where it is configured']
  ] as const) {
    await t.test(why, async (t) => {
      const dir = t.testdir()
      const messenger = await startMessenger(t, { dir, entry, environment: { ...environment, ...secret } })
      await messenger.signUp('ann')
      await messenger.end('SIGTERM')
      truncateSync(join(dir, 'data', 'messenger.db'))
      await refuses(t, dir, /the file is empty/, secret)
    })
  }
})

t.test('a file that is damaged during use does not end the server, which does not start on it again', async (t) => {
  const dir = t.testdir()
  const messenger = await startMessenger(t, { dir, entry, environment: { ...environment, DB_MAX_LOG_PAGES: '50' } })
  const ann = await messenger.connect(await messenger.signUp('ann'))
  await messenger.signUp('bob')
  const say = (text: string) => ann.call('sendMessageToUser', ['@bob', text])
  for (let number = 0; number < 300; number++) await say('x'.repeat(1000))
  damage(join(dir, 'data', 'messenger.db'), 4096)
  const errors = new Set<unknown>()
  for (let number = 0; number < 300; number++) {
    await say('y').catch(({ error }) => errors.add(error.code))
    await ann.call('getMessagesBySeq', ['@bob', number + 1, number + 1]).catch(({ error }) => errors.add(error.code))
  }
  t.same(
    [...errors].filter((code) => code !== -32000),
    [],
    'what it cannot do is refused'
  )
  t.equal(messenger.child.exitCode, null)
  await messenger.end('SIGTERM')
  await refuses(t, dir, /malformed|damaged/)
})
