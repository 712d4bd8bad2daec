import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { MongoClient } from 'mongodb'
import type { Test } from 'tap'

const named = process.env.MONGODB_URL
const isInstalled = spawnSync('mongod', ['--version']).status === 0

/** Why the tests that start a MongoDB of their own, to stop it, are skipped; false when they are not. */
export const withoutMongod = !isInstalled && 'What stops MongoDB was skipped: no mongod in the PATH.'

/** Why the tests that need MongoDB are skipped; false when they are not. */
export const withoutMongo =
  !(named || isInstalled) && 'The MongoDB half was skipped: no mongod in the PATH, no MONGODB_URL in the environment.'

/** A MongoDB server of a test's own. */
export interface Mongod {
  /** `mongodb://127.0.0.1:PORT` */
  url: string
  child: ChildProcess
  /** Ends it. */
  stop(): Promise<void>
  /** Starts it again, on the same port, with the same data. */
  start(): Promise<void>
  /** Stops it where it is, with all its connections. */
  freeze(): void
  thaw(): void
}

/** Starts a server of its own; it ends with the test. */
export async function startMongod(t: Test): Promise<Mongod> {
  const port = await findFreePort()
  // Not the test's folder: whoever asks for that gets an empty one.
  const dir = await mkdtemp(join(tmpdir(), 'mongod-'))
  let child = await run()

  async function run() {
    const started = spawn('mongod', ['--port', `${port}`, '--dbpath', dir, '--bind_ip', '127.0.0.1'])
    started.stderr.resume()
    const lines = createInterface(started.stdout)
    for await (const line of lines) if (line.includes('Waiting for connections')) break
    started.stdout.resume()
    return started
  }

  async function stop() {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    child.kill('SIGCONT')
    await once(child, 'exit')
  }
  t.teardown(async () => {
    await stop()
    await rm(dir, { recursive: true })
  })

  return {
    url: `mongodb://127.0.0.1:${port}`,
    get child() {
      return child
    },
    stop,
    async start() {
      child = await run()
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT')
  }
}

/** The server that MONGODB_URL names, or one of the test's own. @returns makes URLs of empty databases, gone with their test */
export async function useMongo(t: Test): Promise<(t: Test) => string> {
  const base = new URL(named ?? (await startMongod(t)).url)
  return (t) => {
    const url = new URL(base)
    url.pathname = `/messenger-test-${randomBytes(6).toString('hex')}`
    t.teardown(() => dropDatabase(url.href))
    return url.href
  }
}

async function dropDatabase(url: string) {
  const client = new MongoClient(url)
  await client.db(new URL(url).pathname.slice(1)).dropDatabase()
  await client.close()
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
