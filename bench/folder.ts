import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs a part of the benchmark with a folder for its databases, and removes the folder. */
export async function inFolder<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'messenger-bench-'))
  const remove = () => rmSync(dir, { recursive: true, force: true })
  // A failed run also removes the folder, after its processes have ended.
  process.once('exit', remove)
  const result = await use(dir)
  process.off('exit', remove)
  remove()
  return result
}
