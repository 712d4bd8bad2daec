import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Gives a part of the benchmark a folder for its databases, and removes it. */
export async function inFolder<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'messenger-bench-'))
  try {
    return await use(dir)
  } finally {
    rmSync(dir, { recursive: true })
  }
}
