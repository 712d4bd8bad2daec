/** First bytes of the accepted formats, as Latin-1. No decoder of another format sees a client's file. */
const signatures = {
  png: /^\x89PNG\r\n/,
  jpeg: /^\xff\xd8\xff/,
  webp: /^RIFF.{4}WEBP/s,
  gif: /^GIF8[79]a/
}
const signatureBytes = 12

export type PictureFormat = keyof typeof signatures

/** Returns the format of a file, and nothing for one that is not accepted. */
export function formatOf(bytes: Buffer): PictureFormat | undefined {
  const head = bytes.toString('latin1', 0, signatureBytes)
  return (Object.keys(signatures) as PictureFormat[]).find((format) => signatures[format].test(head))
}

// Encoders write about ten scans. Each costs a pass over all pixels.
const maxScans = 50
// libwebp searches each frame from the first one on: ten times the frames cost a hundred times the time.
const maxFrames = 1000

/** Tells whether a file, however small, would take very long to decode. */
export function hasTooManyParts(bytes: Buffer, format: PictureFormat): boolean {
  if (format === 'jpeg') return countScans(bytes) > maxScans
  return format === 'webp' && countFrames(bytes) > maxFrames
}

const marker = 0xff
const startOfScan = 0xda
const endOfImage = 0xd9

/** Counts the scans of a JPEG (ITU-T T.81, B.1.1) up to its end: a telephone may have put a video behind it. */
function countScans(bytes: Buffer): number {
  let count = 0
  // `indexOf` is fast, and the pixels between two markers are most of the file.
  let at = bytes.indexOf(marker, 2)
  while (at !== -1 && at < bytes.length - 3) {
    const code = bytes[at + 1] as number
    if (code === endOfImage) break
    if (code === startOfScan) count++
    const next = at + (isStandalone(code) ? 1 : 2 + bytes.readUInt16BE(at + 2))
    at = bytes[next] === marker ? next : bytes.indexOf(marker, next)
  }
  return count
}

/** Tells whether a marker has no segment: a stuffed byte, TEM, a restart within a scan, or another fill byte. */
function isStandalone(code: number): boolean {
  return code <= 0x01 || (code >= 0xd0 && code <= 0xd7) || code === marker
}

/** Counts the frames of an animated WebP anywhere: libwebp also finds those that lie within others. */
function countFrames(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf('ANMF'); at !== -1 && count <= maxFrames; at = bytes.indexOf('ANMF', at + 1)) count++
  return count
}
