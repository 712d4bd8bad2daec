import sharp from 'sharp'

/** Makes a small JPEG whose decoder goes over all pixels once for each scan. */
export function jpegWithScans(count: number, side = 64): Buffer {
  const blocks = (side / 8) ** 2
  const tables = [
    segment(0xdb, 0, ...Array(64).fill(1)),
    segment(0xc2, 8, ...word(side), ...word(side), 1, 1, 0x11, 0),
    // There are two codes: no difference, and the end of up to 32767 blocks.
    segment(0xc4, 0x00, 1, ...Array(15).fill(0), 0),
    segment(0xc4, 0x10, 1, ...Array(15).fill(0), 0xe0)
  ]
  const first = [segment(0xda, 1, 1, 0, 0, 0, 0), Buffer.alloc(Math.ceil(blocks / 8))]
  const others = Array.from({ length: count - 1 }, (_, index) => {
    const coefficient = 1 + (index % 63)
    const low = 13 - Math.floor(index / 63)
    const high = low === 13 ? 0 : low + 1
    return [segment(0xda, 1, 1, 0, coefficient, coefficient, (high << 4) | low), Buffer.from([0x7f, 0xfe])]
  })
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...tables, ...first, ...others.flat(), Buffer.from([0xff, 0xd9])])
}

function segment(code: number, ...bytes: number[]): Buffer {
  return Buffer.from([0xff, code, ...word(bytes.length + 2), ...bytes])
}

const word = (value: number) => [value >> 8, value & 0xff]

/** Makes an animated WebP whose frames follow each other or lie within the first one. */
export async function webpWithFrames(count: number, { nested = false } = {}): Promise<Buffer> {
  const still = await sharp({ create: { width: 1, height: 1, channels: 4, background: 'red' } })
    .webp({ lossless: true })
    .toBuffer()
  // After `RIFF`, its size and `WEBP`.
  const pixels = still.subarray(12)
  const frame = (inside: Buffer) => chunk('ANMF', Buffer.concat([Buffer.alloc(16), pixels, inside]))
  const others = Buffer.concat(Array(count - 1).fill(frame(Buffer.alloc(0))))
  const frames = nested ? [frame(others)] : [frame(Buffer.alloc(0)), others]
  const header = chunk('VP8X', Buffer.from([0x12, ...Array(9).fill(0)]))
  return chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), header, chunk('ANIM', Buffer.alloc(6)), ...frames]))
}

function chunk(name: string, bytes: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(name)
  head.writeUInt32LE(bytes.length, 4)
  return Buffer.concat([head, bytes, Buffer.alloc(bytes.length % 2)])
}
