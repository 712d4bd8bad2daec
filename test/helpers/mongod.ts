import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { MongoClient } from 'mongodb'
import type { Test } from 'tap'

const named = process.env.MONGODB_URL

/** Tells whether there is a `mongod` in the PATH. */
export function findMongod(): boolean {
  return spawnSync('mongod', ['--version']).status === 0
}

/** Reason to skip tests that stop their MongoDB; false to run them. */
export const withoutMongod = !findMongod() && 'What stops MongoDB was skipped: no mongod in the PATH.'

/** Reason to skip tests that need MongoDB; false to run them. */
export const withoutMongo =
  !(named || findMongod()) && 'The MongoDB half was skipped: no mongod in the PATH, no MONGODB_URL in the environment.'

/** A running MongoDB server. */
export interface Mongod {
  /** `mongodb://127.0.0.1:PORT` */
  url: string
  child: ChildProcess
}

/** Starts a server with its data in a folder and waits until it is ready. @param port a free one when absent */
export async function runMongod(dir: string, port?: number): Promise<Mongod> {
  const ownPort = port ?? (await findFreePort())
  const dbPath = join(dir, 'mongodb')
  mkdirSync(dbPath, { recursive: true })
  const child = spawn('mongod', ['--port', `${ownPort}`, '--dbpath', dbPath, '--bind_ip', '127.0.0.1'])
  child.stderr.resume()
  for await (const line of createInterface(child.stdout)) if (line.includes('Waiting for connections')) break
  child.stdout.resume()
  return { url: `mongodb://127.0.0.1:${ownPort}`, child }
}

/** A MongoDB server that a test can stop. */
export interface TestMongod extends Mongod {
  stop(): Promise<void>
  /** Starts it again with the same port and data. */
  start(): Promise<void>
  /** Pauses the process, with all its connections. */
  freeze(): void
  thaw(): void
}

/** Starts a server. It ends with the test. */
export async function startMongod(t: Test): Promise<TestMongod> {
  // `t.testdir()` would empty a folder of the test.
  const dir = await mkdtemp(join(tmpdir(), 'mongod-'))
  let running = await runMongod(dir)
  const { url } = running

  async function stop() {
    const { child } = running
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    // A paused process gets SIGTERM only afterwards.
    child.kill('SIGCONT')
    await once(child, 'exit')
  }
  t.teardown(async () => {
    await stop()
    await rm(dir, { recursive: true })
  })

  return {
    url,
    get child() {
      return running.child
    },
    stop,
    async start() {
      running = await runMongod(dir, Number(new URL(url).port))
    },
    freeze: () => void running.child.kill('SIGSTOP'),
    thaw: () => void running.child.kill('SIGCONT')
  }
}

/** Uses the server of MONGODB_URL, or starts one. Returns a function that makes URLs of empty databases, which are dropped with their test. */
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

/** Returns a free port. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
