import { AppError } from './errors.js'

const sidePx = 512
const notAnImage = 'The file is not a PNG, JPEG, WebP or GIF image that can be read.'
const formats = new Set(['png', 'jpeg', 'webp', 'gif'])

/**
 * Makes an uploaded picture fit to be shown: upright, 512 x 512, WebP, without what else the file held.
 *
 * @throws {AppError} `unsupportedMediaType` when the bytes are no PNG, JPEG, WebP or GIF, `tooLarge`
 */
export async function normalizePicture(bytes: Buffer, maxPixels: number): Promise<Buffer> {
  // Loaded with the first picture, because it would take a good part of the time of a start.
  const { default: sharp } = await import('sharp')
  try {
    const picture = sharp(bytes, { limitInputPixels: false, failOn: 'error', animated: false })
    const { format, width, height } = await picture.metadata()
    if (!formats.has(format)) throw new AppError('unsupportedMediaType', notAnImage)
    if (width * height > maxPixels) throw new AppError('tooLarge', `The picture has more than ${maxPixels} pixels.`)
    return await picture.rotate().resize(sidePx, sidePx, { fit: 'cover' }).webp().toBuffer()
  } catch (error) {
    throw error instanceof AppError ? error : new AppError('unsupportedMediaType', notAnImage)
  }
}
