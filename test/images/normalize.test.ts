import sharp from 'sharp'
import t, { type Test } from 'tap'
import { createNormalize } from '../../src/images/normalize.js'
import { normalize } from '../helpers/normalize.js'

type Colour = 'red' | 'green' | 'blue' | 'white'
const corners: [name: Colour, x: number, y: number][] = [
  ['red', 0, 0],
  ['green', 1, 0],
  ['blue', 0, 1],
  ['white', 1, 1]
]

/** Makes a picture with a colour in each corner. */
function fourColours(width: number, height: number) {
  const create = (w: number, h: number, background: Colour) =>
    ({ create: { width: w, height: h, channels: 3, background } }) as const
  return sharp(create(width, height, 'red')).composite(
    corners.map(([name, x, y]) => ({
      input: create(width / 2, height / 2, name),
      left: (x * width) / 2,
      top: (y * height) / 2
    }))
  )
}

async function assertAlike(t: Test, one: Buffer, other: Buffer, why: string) {
  const [a, b] = await Promise.all([one, other].map((bytes) => sharp(bytes).raw().toBuffer()))
  const differences = (a as Buffer).reduce((sum, value, index) => sum + Math.abs(value - Number(b?.[index])), 0)
  t.ok(differences / (a as Buffer).length < 3, `${why}: ${differences / (a as Buffer).length}`)
}

t.test('a picture is turned upright and cropped to its middle', async (t) => {
  const shapes = {
    square: [80, 80],
    photo: [120, 80],
    portrait: [80, 120],
    strip: [400, 40],
    tower: [40, 400]
  } as const
  for (const [shape, [width, height]] of Object.entries(shapes)) {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const held = await fourColours(width, height).withMetadata({ orientation }).jpeg({ quality: 100 }).toBuffer()
      const expected = await sharp(held).autoOrient().resize(512, 512, { fit: 'cover' }).webp().toBuffer()
      await assertAlike(t, await normalize(held), expected, `${shape}, orientation ${orientation}`)
    }
  }
})

t.test('an unknown orientation is upright', async (t) => {
  const plain = await fourColours(80, 80).jpeg({ quality: 100 }).toBuffer()
  const turned = await fourColours(80, 80).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer()
  // The tag Orientation (0x0112), a short, one of them: little-endian.
  const at = turned.indexOf('1201030001000000', 'hex')
  for (const value of [0, 9, 255]) {
    const odd = Buffer.from(turned)
    odd[at + 8] = value
    await assertAlike(t, await normalize(odd), await normalize(plain), `orientation ${value}`)
  }
})

t.test('large pictures wait for each other, small ones do not wait for them', async (t) => {
  const normalizeSome = createNormalize({ maxPixels: 10_000, maxRunning: 2, maxWaiting: 10 })
  const [small, large] = [await fourColours(60, 60).png().toBuffer(), await fourColours(100, 100).png().toBuffer()]
  const made = await Promise.all([large, small, large, small, large].map(normalizeSome))
  for (const bytes of made) t.match(await sharp(bytes).metadata(), { format: 'webp', width: 512 })
  await t.rejects(normalizeSome(await fourColours(102, 100).png().toBuffer()), { name: 'TooLargeError' })
  t.match(await sharp(await normalizeSome(large)).metadata(), { width: 512 }, 'also after one was refused')
})

t.test('a transparent picture stays transparent', async (t) => {
  const create = { width: 60, height: 40, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } } as const
  for (const format of ['png', 'webp', 'gif'] as const) {
    const made = await normalize(await sharp({ create }).toFormat(format).toBuffer())
    t.match(await sharp(made).metadata(), { format: 'webp', width: 512, height: 512, hasAlpha: true }, format)
  }
})

t.test('pictures of telephones and graphics programs are accepted', async (t) => {
  const photo = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: 'green' } }).withMetadata({ orientation: 6 })
  // A video behind the picture contains bytes like those of a scan.
  const film = Buffer.from('ffda000c'.repeat(10_000), 'hex')
  const thumbnail = Buffer.concat([Buffer.from([0xff, 0xed, 0x9c, 0x42]), film])
  const progressive = await photo(6000, 4000).jpeg({ progressive: true }).toBuffer()
  const pictures: Record<string, Buffer> = {
    '24 megapixels, progressive': progressive,
    '12 megapixels': await photo(4032, 3024).jpeg().toBuffer(),
    'with a film behind it': Buffer.concat([progressive, film]),
    'with a thumbnail': Buffer.concat([progressive.subarray(0, 2), thumbnail, progressive.subarray(2)]),
    'restarts within a scan': await photo(60, 40).jpeg({ mozjpeg: true }).toBuffer(),
    'a long strip': await photo(20_000, 100).png().toBuffer(),
    'one pixel': await photo(1, 1).png().toBuffer(),
    'interlaced, 16 bits': await photo(400, 300).toColourspace('rgb16').png({ progressive: true }).toBuffer()
  }
  for (const [why, bytes] of Object.entries(pictures)) {
    t.match(await sharp(await normalize(bytes)).metadata(), { width: 512, height: 512 }, why)
  }
})
