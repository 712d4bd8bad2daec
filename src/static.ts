import { fileURLToPath } from 'node:url'

/** The folder of the demo page and the default picture, as seen from `dist/src`. */
export const staticRoot = fileURLToPath(new URL('../../static', import.meta.url))
