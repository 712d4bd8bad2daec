import { openPicture } from '../../src/images/normalize.js'

export const maxPixels = 25_000_000

export const normalize = async (bytes: Buffer) => (await openPicture(bytes, maxPixels)).normalize()
