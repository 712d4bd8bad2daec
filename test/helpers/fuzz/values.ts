import { methods } from '../../../src/rpc/index.js'
import type { Random } from '../random.js'

const texts = [
  ...['', '@ann', '@bob', '@nobody', '@', 'hello', '%', '_', "'; DROP TABLE users; --", '\u0000', '\ud800', '\u202e'],
  ...['__proto__', 'constructor', 'é'.repeat(5000), '💥', '../../etc/passwd', '{}', 'null', '1e999', ' ', '\r\n']
]
const numbers = [0, 1, -1, 0.5, 31, 501, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, 1e-308]
const maxDepth = 4

export const randomText = (random: Random): string => random.pick(texts)

export function randomBytes(random: Random, maxLength: number, minLength = 1): Buffer {
  return Buffer.from(Array.from({ length: Math.max(minLength, random.below(maxLength)) }, () => random.below(256)))
}

/** Makes a value of any type. */
export function randomValue(random: Random, depth = 0): unknown {
  const nested = () => randomValue(random, depth + 1)
  const simple = [() => random.pick(texts), () => random.pick(numbers), () => random.isChance(0.5), () => null]
  const deep = [
    () => Array.from({ length: random.below(4) }, nested),
    () => Object.fromEntries(Array.from({ length: random.below(4) }, () => [randomText(random), nested()])),
    () => JSON.parse('['.repeat(500) + ']'.repeat(500))
  ]
  return random.pick(depth < maxDepth ? [...simple, ...deep] : simple)()
}

const valid: Record<string, unknown[]> = {
  setSelfInfo: ['Eva', 'Test', ''],
  sendMessageToUser: ['@bob', 'hello', 'id'],
  getMessagesWithUser: ['@bob', 0, 10],
  getMessagesBySeq: ['@bob', 1, 10],
  getDialogsList: [0, 10],
  markMessagesWithUserAsRead: ['@bob', 1],
  findUsersByTag: ['b'],
  findUsers: ['b']
}

/** Makes a call of a method with some unexpected values. */
export function randomCall(random: Random): unknown {
  const method = random.pick(Object.keys(methods))
  const spoil = (value: unknown) => (random.isChance(0.3) ? randomValue(random) : value)
  const names = Object.keys(methods[method as keyof typeof methods].params.properties)
  const values = (valid[method] ?? names).map(spoil)
  const named = Object.fromEntries(names.map((name, index) => [name, values[index]]))
  const id = random.isChance(0.8) ? random.below(1000) : randomValue(random)
  const call = { jsonrpc: '2.0', id, method, params: random.isChance(0.5) ? values : named }
  return Object.fromEntries(
    Object.entries(call).map(([key, value]) => [key, random.isChance(0.05) ? randomValue(random) : value])
  )
}

/** Changes, doubles or removes some bytes. */
export function mutate(random: Random, bytes: Buffer): Buffer {
  let mutated = Buffer.from(bytes)
  for (let change = 0; change <= random.below(4); change++) {
    const at = random.below(mutated.length + 1)
    const other = random.pick([Buffer.alloc(0), randomBytes(random, 4), mutated.subarray(0, at)])
    mutated = Buffer.concat([mutated.subarray(0, at), other, mutated.subarray(at + random.below(3))])
  }
  return mutated
}
