import { createCipheriv, createHash, randomInt } from 'node:crypto'
import type { Test } from 'tap'

/** Random numbers that a seed repeats. */
export interface Random {
  /** Returns an integer from 0 to `end - 1`. */
  below(end: number): number
  isChance(probability: number): boolean
  pick<T>(items: readonly T[]): T
}

/** Prints its seed. The variable SEED repeats a run. */
export function createRandom(t: Test): Random {
  const seed = process.env.SEED ?? String(randomInt(1_000_000))
  t.comment(`SEED=${seed}`)
  const stream = createCipheriv('aes-256-ctr', createHash('sha256').update(seed).digest(), Buffer.alloc(16))
  const fraction = () => stream.update(Buffer.alloc(4)).readUInt32LE() / 2 ** 32
  const below = (end: number) => Math.floor(fraction() * end)
  return {
    below,
    isChance: (probability) => fraction() < probability,
    pick: (items) => items[below(items.length)] as (typeof items)[number]
  }
}
