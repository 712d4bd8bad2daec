import { readFileSync } from 'node:fs'

const manifest = new URL('../../package.json', import.meta.url)

/** The version of the program; package.json is there in every installation, as seen from `dist/src` and from `dist/bin`. */
export const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
