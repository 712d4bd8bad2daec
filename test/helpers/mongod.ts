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

/** Whether there is a `mongod` in the PATH. */
export function findMongod(): boolean {
  return spawnSync('mongod', ['--version']).status === 0
}

/** Why the tests that start a MongoDB of their own, to stop it, are skipped; false when they are not. */
export const withoutMongod = !findMongod() && 'What stops MongoDB was skipped: no mongod in the PATH.'

/** Why the tests that need MongoDB are skipped; false when they are not. */
export const withoutMongo =
  !(named || findMongod()) && 'The MongoDB half was skipped: no mongod in the PATH, no MONGODB_URL in the environment.'

/** A running server. */
export interface Mongod {
  /** `mongodb://127.0.0.1:PORT` */
  url: string
  child: ChildProcess
}

/** Starts a server that keeps its data in a folder, and waits until it can be used. @param port a free one when absent */
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

/** A server of a test's own, which the test can end. */
export interface TestMongod extends Mongod {
  stop(): Promise<void>
  /** Starts it again, on the same port, with the same data. */
  start(): Promise<void>
  /** Stops it where it is, with all its connections. */
  freeze(): void
  thaw(): void
}

/** Starts a server; it ends with the test. */
export async function startMongod(t: Test): Promise<TestMongod> {
  // Not the test's folder: whoever asks for that gets an empty one.
  const dir = await mkdtemp(join(tmpdir(), 'mongod-'))
  let running = await runMongod(dir)
  const { url } = running

  async function stop() {
    const { child } = running
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    // Should it be stopped, too.
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

/** A port on which nobody listens. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
