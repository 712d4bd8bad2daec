import { AppError } from './errors.js'

const sidePx = 512
const formats = new Set(['png', 'jpeg', 'webp', 'gif'])

/**
 * Makes an uploaded picture fit to be shown: upright, 512 x 512, WebP, without what else the file held.
 *
 * @throws {AppError} `unsupportedMediaType` when the bytes are no PNG, JPEG, WebP or GIF, or have too many pixels
 */
export async function normalizePicture(bytes: Buffer, maxPixels: number): Promise<Buffer> {
  // Loaded with the first picture, because it would take a good part of the time of a start.
  const { default: sharp } = await import('sharp')
  try {
    const picture = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', animated: false })
    const { format } = await picture.metadata()
    if (formats.has(format)) {
      return await picture.rotate().resize(sidePx, sidePx, { fit: 'cover' }).webp().toBuffer()
    }
  } catch {
    // What cannot be decoded is refused as what has another format is.
  }
  throw new AppError('unsupportedMediaType', 'The file is not a PNG, JPEG, WebP or GIF image that can be read.')
}
