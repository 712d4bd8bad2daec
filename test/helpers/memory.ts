import { readFileSync } from 'node:fs'

/** Reads the present or highest memory use of a process in bytes (Linux only). */
export function memoryOf({ pid }: { pid?: number }, name: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const [, kibibytes] = new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) * 1024
}
