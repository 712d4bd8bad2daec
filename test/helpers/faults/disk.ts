import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** A small file system in memory. */
export interface Disk {
  path: string
  /** Takes all free space. */
  fill(): void
  /** Returns the space that `fill` took. */
  clear(): void
  /** Makes it read-only. */
  protect(): void
}

const blocksBytes = [1024 * 1024, 4096, 1]

/** Returns why no disk can be made here, for `skip`; false when it can. */
export function whyNoDisk(): string | false {
  const { status, stderr } = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])
  return status !== 0 && `needs to mount a disk of its own: ${String(stderr).trim()}`
}

/** Makes a disk. It is removed with the test. */
export function makeDisk(t: Test, sizeBytes: number): Disk {
  const path = mkdtempSync(join(tmpdir(), 'messenger-'))
  const mount = (options: string) => execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path])
  mount(`size=${sizeBytes}`)
  t.teardown(() => {
    execFileSync('umount', ['--lazy', path])
    rmSync(path, { recursive: true })
  })
  const ballast = join(path, 'ballast')
  return {
    path,
    fill() {
      for (const bytes of blocksBytes) append(ballast, Buffer.alloc(bytes))
    },
    clear: () => rmSync(ballast),
    protect: () => mount('remount,ro')
  }
}

/** Appends a block until there is no space. */
function append(file: string, block: Buffer): void {
  try {
    for (;;) writeFileSync(file, block, { flag: 'a' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}
