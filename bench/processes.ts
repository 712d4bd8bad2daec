import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { memoryOf } from '../test/helpers/memory.js'

/** A measured process: the messenger or a reference. */
export interface Measured {
  name: string
  /** `ws://127.0.0.1:PORT` */
  url: string
  /** Milliseconds from the start until it listened. */
  startMs: number
  /** User and system time of all its threads since its start, in microseconds. */
  cpuMicroseconds(): number
  /** Resident memory in bytes. */
  residentBytes(): number
  stop(): Promise<void>
}

/** The secret that signs the tokens of the benchmark's users. */
export const privateKey = 'the secret of a benchmark, known to everybody'

const maxIdleWaitMs = 10_000

/** Starts the built server as its users do, with its database in a folder. */
export function startMessenger(
  dir: string,
  environment: Record<string, string> = {},
  name = 'messenger'
): Promise<Measured> {
  return startProcess(name, [process.execPath, resolve('dist/bin/messenger-server.js')], {
    cwd: dir,
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: '0',
      RATE_LIMITS: 'off',
      // The load of a benchmark would count as overload.
      OVERLOAD_MAX_EVENT_LOOP_DELAY_MS: '0',
      OVERLOAD_MAX_EVENT_LOOP_UTILIZATION: '0',
      JWT_PRIVATE_KEY: privateKey,
      ...environment
    }
  })
}

/** Starts one of the programs in `references/`. @param launcher a program that runs it, with arguments */
export function startReference(
  name: string,
  script: string,
  options: object = {},
  launcher: string[] = []
): Promise<Measured> {
  const program = [process.execPath, resolve('dist/bench/references', script), JSON.stringify(options)]
  return startProcess(name, [...launcher, ...program])
}

/** Resolves when a process has been idle for `idleMs`, because a store may have deferred work. */
export async function untilIdle(server: Measured, idleMs: number): Promise<void> {
  const end = performance.now() + maxIdleWaitMs
  let busyAt = performance.now()
  for (let cpu = server.cpuMicroseconds(); performance.now() < Math.min(end, busyAt + idleMs); ) {
    await setTimeout(idleMs / 10)
    const before = cpu
    cpu = server.cpuMicroseconds()
    if (cpu > before) busyAt = performance.now()
  }
}

async function startProcess(
  name: string,
  [program, ...args]: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}
): Promise<Measured> {
  const begin = performance.now()
  const child = spawn(program as string, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const port = await portOf(child, name)
  const startMs = performance.now() - begin
  return {
    name,
    url: `ws://127.0.0.1:${port}`,
    startMs,
    residentBytes: () => memoryOf(child),
    cpuMicroseconds() {
      // proc(5): utime and stime are the 14th and 15th field, in ticks of 10 ms; the name in ( ) may hold blanks.
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
      return (Number(fields[11]) + Number(fields[12])) * 10_000
    },
    async stop() {
      const end = child.exitCode ?? child.signalCode
      if (end !== null) throw new Error(`${name} has ended by itself: ${end}`)
      process.off('exit', kill)
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  }
}

/** Returns the port in the link that a process prints when it listens. */
async function portOf(child: ChildProcess, name: string): Promise<string> {
  for await (const line of createInterface(child.stdout as Readable)) {
    const [, port] = line.match(/^(?:Messenger: http:.*)?:(\d+)\/?$/) ?? []
    if (port) {
      child.stdout?.resume()
      return port
    }
  }
  throw new Error(`${name} has ended before it listened`)
}
