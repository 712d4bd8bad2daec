import { stat } from 'node:fs/promises'
import { readArguments } from '../arguments.js'

export const adoptUsage = 'messenger-server adopt URL [--images DIR], with the URL of a MongoDB database'

/**
 * `messenger-server adopt URL [--images DIR]`: turns a legacy MongoDB database into one of this server.
 *
 * @param print called with each step, and at the end with what was renamed and left out
 * @throws {Error} that says what is wrong with the arguments, or with the database
 */
export async function adopt(args: string[], print: (line: string) => void): Promise<void> {
  const { values, positionals } = readArguments(args, adoptUsage, 1, { images: { type: 'string' } })
  const [url] = positionals as [string]
  const { images } = values as { images?: string }
  if (!/^mongodb(\+srv)?:\/\/./.test(url)) throw new Error(`Usage: ${adoptUsage}`)
  if (images !== undefined && !(await stat(images).catch(() => undefined))?.isDirectory()) {
    throw new Error(`${images} is not a folder.`)
  }
  const { adoptDatabase } = await import('./adopt.js')
  await adoptDatabase(url, images, print)
}
