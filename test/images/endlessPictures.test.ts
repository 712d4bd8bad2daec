import sharp from 'sharp'
import t from 'tap'
import { openPicture } from '../../src/images/normalize.js'
import { jpegWithScans, webpWithFrames } from '../helpers/images/endlessPictures.js'
import { maxPixels, normalize } from '../helpers/normalize.js'

t.test('a picture with many parts is accepted', async (t) => {
  const pictures: Record<string, Buffer> = {
    'a JPEG with 50 scans': jpegWithScans(50),
    'a WebP with 1000 frames': await webpWithFrames(1000),
    'frames that lie within a frame': await webpWithFrames(1000, { nested: true })
  }
  for (const [why, bytes] of Object.entries(pictures)) {
    t.match(await sharp(await normalize(bytes)).metadata(), { width: 512, height: 512 }, why)
  }
  t.equal((await sharp(pictures['frames that lie within a frame']).metadata()).pages, 1000, 'libwebp finds them, too')
})

t.test('a picture that would take minutes is refused at once', async (t) => {
  const scans = jpegWithScans(51)
  const fill = Buffer.alloc(1000, 0xff)
  const pictures: [why: string, name: string, bytes: Buffer][] = [
    ['a JPEG with too many scans', 'TooLargeError', scans],
    ['with more than there can be', 'TooLargeError', jpegWithScans(800, 4096)],
    ['behind fill bytes', 'TooLargeError', Buffer.concat([scans.subarray(0, 2), fill, scans.subarray(2)])],
    ['whose end is missing', 'TooLargeError', scans.subarray(0, -2)],
    ['a WebP with too many frames', 'TooLargeError', await webpWithFrames(1001)],
    ['frames that lie within a frame', 'TooLargeError', await webpWithFrames(300_000, { nested: true })],
    ['a JPEG that ends in the middle of a length', 'UnsupportedMediaTypeError', Buffer.from('ffd8ffda00', 'hex')],
    ['a length that is none', 'UnsupportedMediaTypeError', Buffer.from('ffd8ffe00000ffe00000ffe0', 'hex')],
    ['nothing but fill bytes', 'UnsupportedMediaTypeError', Buffer.from(`ffd8${'ff'.repeat(1000)}`, 'hex')],
    ['a signature alone', 'UnsupportedMediaTypeError', Buffer.from('RIFF    WEBP')],
    ['another order', 'UnsupportedMediaTypeError', Buffer.from('WEBPRIFF')]
  ]
  for (const [why, name, bytes] of pictures) await t.rejects(normalize(bytes), { name }, why)
})

t.test('the time to count parts is linear in the length of the file', async (t) => {
  const maxBytes = 15 * 1024 * 1024
  for (const [why, pattern] of [
    ['fill bytes', 'ff'],
    ['stuffed bytes', 'ff00'],
    ['empty segments', 'ffe00002'],
    ['frames', Buffer.from('ANMF').toString('hex')],
    ['almost frames', Buffer.from('ANM').toString('hex')]
  ] as const) {
    for (const head of ['ffd8ffe00002', Buffer.from('RIFF    WEBP').toString('hex')]) {
      const bytes = Buffer.alloc(maxBytes, pattern, 'hex')
      bytes.write(head, 0, 'hex')
      const begin = performance.now()
      const opened = openPicture(bytes, maxPixels)
      const heldUpMs = performance.now() - begin
      await opened.catch(() => {})
      // A quadratic count would take many minutes.
      t.ok(heldUpMs < 20_000, `${why}: ${heldUpMs} ms`)
    }
  }
})
