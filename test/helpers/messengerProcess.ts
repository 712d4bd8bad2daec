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
  /** Signs up `@name`. Returns the header `Cookie`, which is valid after a restart, too. */
  signUp(name: string): Promise<string>
  /** Opens a connection, which closes with the test. */
  connect(cookie: string): Promise<Device>
  /** Sends a signal and waits for the end. Returns the exit code, or null when the signal has ended the process. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

interface ProcessOptions {
  dir: string
  /** The program: the compiled modules, whose coverage counts, when absent. */
  entry?: string
  /** The arguments of the program. */
  args?: string[]
  environment?: Record<string, string>
}

/** The program in one file, as it is published. It starts in less than half the time of the modules. */
export const entry = 'dist/bin/messenger-server.js'

/** Runs the server as its users do, in a process of its own that ends with the test. */
export function spawnMessenger(t: Test, { dir, entry, args = [], environment }: ProcessOptions): ChildProcess {
  const coverage = entry === undefined ? {} : { NODE_OPTIONS: '' }
  const child = spawn(process.execPath, [resolve(entry ?? 'dist/src/server.js'), ...args], {
    cwd: dir,
    env: { ...process.env, ...coverage, HOST: '127.0.0.1', PORT: '0', ...environment }
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

/** Starts the server and waits until it listens. Rate limits are off unless the environment sets them. */
export async function startMessenger(t: Test, options: ProcessOptions): Promise<MessengerProcess> {
  const environment = { RATE_LIMITS: 'off', ...options.environment }
  return untilItListens(t, spawnMessenger(t, { ...options, environment }))
}

/** Returns the server of a process that the caller has started. */
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

/** Returns the link that a process prints after other lines. */
async function linkOf({ stdout, stderr }: ChildProcess): Promise<string> {
  const complaints: string[] = []
  stderr?.on('data', (chunk) => complaints.push(String(chunk)))
  for await (const line of createInterface(stdout as NodeJS.ReadableStream)) {
    const [, url] = line.match(/^Messenger: (http:\/\/127\.0\.0\.1:\d+)\/$/) ?? []
    if (!url) continue
    stdout?.resume()
    return url
  }
  throw new Error(`The process ended before it listened: ${complaints.join('')}`)
}

/** Waits for the end of a process. Returns its exit code and everything that it prints. */
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
