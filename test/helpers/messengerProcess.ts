import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import { type Device, openDevice } from './device.js'
import { cookieOf, eve } from './server.js'

export interface MessengerProcess {
  child: ChildProcess
  /** `http://127.0.0.1:PORT` */
  url: string
  /** Signs up `@name`, and returns the header `Cookie`, which is good after a restart, too. */
  signUp(name: string): Promise<string>
  /** Opens a connection, closed at the end of the test. */
  connect(cookie: string): Promise<Device>
  /** Sends a signal and waits for the end: the exit code, or null when the signal has ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

interface ProcessOptions {
  dir: string
  entry?: string
  /** What stands behind the program's name. */
  args?: string[]
  environment?: Record<string, string>
}

/** Runs the server as its users do, in a process of its own; it ends with the test. */
export function spawnMessenger(
  t: Test,
  { dir, entry = 'dist/src/server.js', args = [], environment }: ProcessOptions
): ChildProcess {
  const child = spawn(process.execPath, [resolve(entry), ...args], {
    cwd: dir,
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', ...environment }
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

/** Runs it until it listens, without rate limits where the environment does not say otherwise. */
export async function startMessenger(t: Test, options: ProcessOptions): Promise<MessengerProcess> {
  const environment = { RATE_LIMITS: 'off', ...options.environment }
  return untilItListens(t, spawnMessenger(t, { ...options, environment }))
}

/** The server in a process that has been started by other means. */
export async function untilItListens(t: Test, child: ChildProcess): Promise<MessengerProcess> {
  const url = await linkOf(child)
  return {
    child,
    url,
    connect: (cookie) => openDevice(t, `${url.replace('http', 'ws')}/api`, cookie),
    async signUp(name) {
      const user = { ...eve, tag: `@${name}`, email: `${name}@test.example` }
      const response = await fetch(`${url}/signup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user })
      })
      return cookieOf(response)
    },
    async end(signal) {
      child.kill(signal)
      const [code] = await once(child, 'exit')
      return code
    }
  }
}

/** The link that a process prints, behind what it has to say before. */
async function linkOf({ stdout, stderr }: ChildProcess): Promise<string> {
  const complaints: string[] = []
  stderr?.on('data', (chunk) => complaints.push(String(chunk)))
  for await (const line of createInterface(stdout as NodeJS.ReadableStream)) {
    const [, url] = line.match(/^Messenger: (http:\/\/127\.0\.0\.1:\d+)\/$/) ?? []
    if (!url) continue
    stdout?.resume()
    return url
  }
  throw new Error(`It has ended before it listened: ${complaints.join('')}`)
}

/** Everything that a process which ends by itself has to say. */
export async function reportOf(child: ChildProcess): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.on('data', (chunk) => {
      said[stream] += chunk
    })
  }
  const [code] = await once(child, 'close')
  return { code, ...said }
}
