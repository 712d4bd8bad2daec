import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// The folder of package.json, from `dist/src` and from `dist/bin`.
const root = new URL('../../', import.meta.url)

/** The version of the program. */
export const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string }

/** The folder of the demo page and the default picture. */
export const staticRoot = fileURLToPath(new URL('static', root))
