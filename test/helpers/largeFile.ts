import type { Test } from 'tap'
import type { StartOptions } from './server.js'

/** More than the sockets' buffers of both ends hold. */
export const largeBytes = 16 * 1024 * 1024

/** A server that has `/large.txt`. */
export function withLargeFile(t: Test): StartOptions {
  const dir = t.testdir({ client: { 'index.html': '', 'large.txt': 'x'.repeat(largeBytes) } })
  return { dir, config: { client: { dir: `${dir}/client` } } }
}
