import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { entry, type MessengerProcess, startMessenger } from '../../helpers/messengerProcess.js'

const messages = 100
const skip = spawnSync('strace', ['-V']).error && 'needs strace'
const environment = { RATE_LIMITS: 'off' }

interface Tracer {
  /** Ends the trace. Returns the system calls in the order of their returns. */
  end(): Promise<string[]>
}

/** Traces the system calls of a server from now on. */
async function trace(t: Test, { child }: MessengerProcess, file: string): Promise<Tracer> {
  const options = ['-f', '-yy', '-s', '160', '-e', 'trace=fdatasync,fsync,write,writev,sendto,sendmsg', '-o', file]
  const tracer: ChildProcess = spawn('strace', [...options, '-p', String(child.pid)])
  t.teardown(() => tracer.kill('SIGINT'))
  const lines = createInterface(tracer.stderr as Readable)
  await once(lines, 'line')
  lines.resume()
  return {
    async end() {
      tracer.kill('SIGINT')
      await once(tracer, 'close')
      return readFileSync(file, 'utf8').split('\n')
    }
  }
}

const isSync = (line: string) => /\bf(data)?sync\(\d+<[^>]*messenger\.db-wal>.*= 0$/.test(line)
const isAnswer = (line: string) => /\b(write|writev|sendto|sendmsg)\(\d+<TCP:/.test(line) && line.includes('"status')
const isPush = (line: string) => /\b(write|writev|sendto|sendmsg)\(\d+<TCP:/.test(line) && line.includes('newMessage')

/** Counts the synchronizations of the log before each output of the server. */
function syncsBefore(lines: string[], isOutput: (line: string) => boolean): number[] {
  const counts: number[] = []
  let syncs = 0
  for (const line of lines) {
    if (isSync(line)) syncs++
    if (!isOutput(line)) continue
    counts.push(syncs)
    syncs = 0
  }
  return counts
}

t.test('a message is on the disk before the server answers or pushes it', { skip }, async (t) => {
  const dir = t.testdir()
  const cookies: string[] = []
  for (const start of ['first', 'second']) {
    await t.test(`at the ${start} start`, async (t) => {
      const messenger = await startMessenger(t, { dir, entry, environment })
      if (cookies.length === 0) cookies.push(await messenger.signUp('ann'), await messenger.signUp('bob'))
      const [ann, bob] = await Promise.all(cookies.map((cookie) => messenger.connect(cookie)))
      await ann?.call('sendMessageToUser', ['@bob', 'before'])
      await bob?.rest()

      const tracer = await trace(t, messenger, join(dir, `${start}.trace`))
      for (let number = 0; number < messages; number++) {
        await ann?.call('sendMessageToUser', ['@bob', `message ${number}`])
        await bob?.notification()
      }
      const lines = await tracer.end()
      for (const [what, isOutput] of Object.entries({ isAnswer, isPush })) {
        const counts = syncsBefore(lines, isOutput)
        t.equal(counts.length, messages, `${what}: ${counts.length}`)
        t.equal(Math.min(...counts) >= 1, true, 'each after the log has been synchronized')
      }
      t.equal(await messenger.end('SIGTERM'), 0)
    })
  }
})
