import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

export interface ServerProcess {
  url: string
  /** Resident memory in bytes. */
  residentBytes(): number
  /** User and system time since its start, in microseconds. */
  cpuMicroseconds(): number
  stop(): Promise<void>
}

/** The database that a benchmark works on, in a folder of its own. */
export function temporaryFolder(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'messenger-bench-'))
  return { dir, remove: () => rmSync(dir, { recursive: true }) }
}

/** Starts the built server, as its users do, on a free port of 127.0.0.1. */
export async function startServer(dir: string, nodeOptions: string[] = []): Promise<ServerProcess> {
  const child = spawn(process.execPath, [...nodeOptions, resolve('dist/bin/messenger-server.js')], {
    cwd: dir,
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', RATE_LIMITS: 'off' },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  const proc = (file: string) => readFileSync(`/proc/${child.pid}/${file}`, 'utf8')
  return {
    url: String(line).replace('Messenger: ', '').replace(/\/$/, ''),
    residentBytes: () => Number(proc('status').match(/VmRSS:\s+(\d+) kB/)?.[1]) * 1024,
    cpuMicroseconds() {
      // proc(5): utime and stime are the 14th and 15th field, in ticks of 10 ms; the name in ( ) may hold blanks.
      const fields = proc('stat')
        .replace(/^.*\) /, '')
        .split(' ')
      return (Number(fields[11]) + Number(fields[12])) * 10_000
    },
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  }
}

export async function signUp(url: string, name: string): Promise<string> {
  const user = {
    tag: `@${name}`,
    firstName: 'Ann',
    lastName: 'Test',
    email: `${name}@test.example`,
    password: 'secret'
  }
  const response = await fetch(`${url}/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user })
  })
  const { token } = (await response.json()) as { token: string }
  return `auth=${token}`
}
