import { readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { MessengerProcess } from '../messengerProcess.js'

const pollMs = 50
const maxMs = 20_000

/** Counts the open files and sockets of a process. */
export function descriptorsOf({ child }: MessengerProcess): number {
  return readdirSync(`/proc/${child.pid}/fd`).length
}

/** Waits until a process has at most this number open. Returns false after a time limit. */
export async function descriptorsBecome(messenger: MessengerProcess, count: number): Promise<boolean> {
  const end = performance.now() + maxMs
  while (descriptorsOf(messenger) > count && performance.now() < end) await delay(pollMs)
  return descriptorsOf(messenger) <= count
}
