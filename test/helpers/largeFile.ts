import type { Test } from 'tap'
import type { StartOptions } from './server.js'

/** Exceeds the socket buffers of both ends. */
export const largeBytes = 16 * 1024 * 1024

/** Returns options of a server with the page `/large.txt`. */
export function withLargeFile(t: Test): StartOptions {
  const dir = t.testdir({ client: { 'index.html': '', 'large.txt': 'x'.repeat(largeBytes) } })
  return { dir, config: { client: { dir: `${dir}/client` } } }
}
