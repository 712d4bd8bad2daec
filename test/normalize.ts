import { openPicture } from '../src/pictures.js'

export const maxPixels = 25_000_000

export const normalize = async (bytes: Buffer) => (await openPicture(bytes, maxPixels)).normalize()
