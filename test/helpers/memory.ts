import { readFileSync } from 'node:fs'

/** Reads how much memory a process has, or has had at most, in bytes; Linux alone tells it. */
export function memoryOf({ pid }: { pid?: number }, name: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const [, kibibytes] = new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) * 1024
}
