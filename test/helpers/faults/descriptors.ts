import { readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { MessengerProcess } from '../messengerProcess.js'

const pollMs = 50
const maxMs = 20_000

/** How many files and sockets a process has open. */
export function descriptorsOf({ child }: MessengerProcess): number {
  return readdirSync(`/proc/${child.pid}/fd`).length
}

/** @returns whether it comes to have no more than so many open */
export async function descriptorsBecome(messenger: MessengerProcess, count: number): Promise<boolean> {
  const end = performance.now() + maxMs
  while (descriptorsOf(messenger) > count && performance.now() < end) await delay(pollMs)
  return descriptorsOf(messenger) <= count
}
