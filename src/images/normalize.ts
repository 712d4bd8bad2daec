import type { Sharp, SharpConstructor } from 'sharp'
import { AppError } from '../errors.js'
import { createConcurrencyLimit } from '../limits/concurrencyLimit.js'
import type { Config } from '../schemas/config/index.js'
import { formatOf, hasTooManyParts } from './formats.js'

type NormalizeOptions = Pick<Config['images'], 'maxPixels' | 'maxRunning' | 'maxWaiting'>

const sidePx = 512
const notAnImage = 'The file is not a PNG, JPEG, WebP or GIF image that can be read.'
const tooManyParts = 'The picture has too many scans or frames.'

/**
 * Makes the function that normalizes uploaded pictures, a bounded number at the same time.
 *
 * A decoder may keep all pixels in memory, up to 12 bytes of each. A picture with more pixels than `maxPixels / maxRunning` therefore
 * waits for other large ones. All running pictures together have less than twice `maxPixels`, whatever `maxRunning` is.
 */
export function createNormalize({ maxPixels, maxRunning, maxWaiting }: NormalizeOptions) {
  const all = createConcurrencyLimit({ maxRunning, maxWaiting })
  const large = createConcurrencyLimit({ maxRunning: 1, maxWaiting: maxRunning })
  return (bytes: Buffer): Promise<Buffer> =>
    all(async () => {
      const { pixels, normalize } = await openPicture(bytes, maxPixels)
      return pixels > maxPixels / maxRunning ? large(normalize) : normalize()
    })
}

interface Picture {
  pixels: number
  /** Returns it upright, 512 x 512, as WebP without metadata. @throws {AppError} `unsupportedMediaType` for a damaged one */
  normalize(): Promise<Buffer>
}

/**
 * Reads the head of a picture without decoding it.
 *
 * @throws {AppError} `unsupportedMediaType` for bytes that are not a PNG, JPEG, WebP or GIF, `tooLarge`
 */
export async function openPicture(bytes: Buffer, maxPixels: number): Promise<Picture> {
  const format = formatOf(bytes)
  if (!format) throw new AppError('unsupportedMediaType', notAnImage)
  if (hasTooManyParts(bytes, format)) throw new AppError('tooLarge', tooManyParts)
  const sharp = await loadSharp()
  const picture = sharp(bytes, { limitInputPixels: false, failOn: 'error', animated: false })
  const { width, height, orientation = 1 } = await picture.metadata().catch(refuse)
  const pixels = width * height
  if (pixels > maxPixels) throw new AppError('tooLarge', `The picture has more than ${maxPixels} pixels.`)
  return {
    pixels,
    async normalize() {
      const square = await cropToSquare(picture, width, height).catch(refuse)
      return turnUpright(sharp(square), orientation).webp().toBuffer()
    }
  }
}

function refuse(): never {
  throw new AppError('unsupportedMediaType', notAnImage)
}

/** Loads the library with the first picture, because it would slow down a start. */
async function loadSharp(): Promise<SharpConstructor> {
  const { default: sharp } = await import('sharp')
  // The cache would keep the pixels of past pictures, and each further thread needs buffers of its own.
  sharp.cache(false)
  sharp.concurrency(1)
  return sharp
}

/** Cuts out the middle. The turn comes later, because it needs all pixels in memory. */
function cropToSquare(picture: Sharp, width: number, height: number): Promise<Buffer> {
  const side = Math.min(width, height)
  // Cuts off the ends of a long strip first. A decoder scales other pictures by itself, which is faster.
  if (Math.max(width, height) > 2 * side) {
    const left = Math.floor((width - side) / 2)
    const top = Math.floor((height - side) / 2)
    picture.extract({ left, top, width: side, height: side })
  }
  return picture.resize(sidePx, sidePx, { fit: 'cover' }).png({ compressionLevel: 0 }).toBuffer()
}

/** Orientations of EXIF (CIPA DC-008, 4.6.5): mirrored or not, then a turn clockwise. */
const turns: [flop: boolean, degrees: number][] = [
  [false, 0],
  [true, 0],
  [false, 180],
  [true, 180],
  [true, 270],
  [false, 90],
  [true, 90],
  [false, 270]
]

function turnUpright(square: Sharp, orientation: number): Sharp {
  // sharp returns 1 for an unknown orientation.
  const [flop, degrees] = turns[orientation - 1] as (typeof turns)[number]
  return square.flop(flop).rotate(degrees)
}
