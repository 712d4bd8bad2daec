import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Gives a part of the benchmark a folder for its databases, and removes it. */
export async function inFolder<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'messenger-bench-'))
  const remove = () => rmSync(dir, { recursive: true, force: true })
  // Also where the run fails, behind the end of the processes that work in it.
  process.once('exit', remove)
  const result = await use(dir)
  process.off('exit', remove)
  remove()
  return result
}
