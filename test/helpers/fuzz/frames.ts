import type { Random } from '../random.js'
import { randomBytes } from './values.js'

// RFC 6455, 5.2
const text = 0x81
const masked = 0x80
const length16 = 126
const length64 = 127

/** Makes an upgrade request. */
export function upgradeWith(cookie: string): Buffer {
  const head = [
    'GET /api HTTP/1.1',
    'Host: here',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    `Cookie: ${cookie}`
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n`)
}

/** Makes a text frame with this content, or a random frame. */
export function randomFrame(random: Random, content?: Buffer): Buffer {
  const payload = content ?? randomBytes(random, 300)
  const first = content ? text : random.below(256)
  const mask = content || random.isChance(0.8) ? masked : 0
  const key = randomBytes(random, 1, 4)
  const data = mask === 0 ? payload : payload.map((byte, index) => byte ^ (key[index % 4] as number))
  const length = content || random.isChance(0.8) ? payload.length : random.below(2 ** 31)
  return Buffer.concat([Buffer.from([first]), lengthOf(random, length, mask), mask ? key : Buffer.alloc(0), data])
}

/** The length may have more bytes than needed. */
function lengthOf(random: Random, length: number, mask: number): Buffer {
  if (length < length16 && random.isChance(0.9)) return Buffer.from([mask | length])
  if (length < 2 ** 16 && random.isChance(0.9)) {
    const bytes = Buffer.from([mask | length16, 0, 0])
    bytes.writeUInt16BE(length, 1)
    return bytes
  }
  const bytes = Buffer.alloc(9, mask | length64)
  bytes.writeBigUInt64BE(BigInt(length) << BigInt(random.isChance(0.1) ? 32 : 0), 1)
  return bytes
}
