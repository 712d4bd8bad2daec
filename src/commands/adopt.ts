import { stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'

const usage = 'messenger-server adopt URL [--images DIR]'

/**
 * `messenger-server adopt URL [--images DIR]`: turns a MongoDB database of the first generation into one of this server.
 *
 * @param print told what is done, and in the end what was renamed and left out
 * @throws {Error} that says what is wrong with the arguments, or with the database
 */
export async function adopt(args: string[], print: (line: string) => void): Promise<void> {
  const { url, images } = readArguments(args)
  if (images !== undefined) await assertFolder(images)
  const { adoptDatabase } = await import('../store/mongo/adoption/index.js')
  await adoptDatabase(url, { images, print })
}

// What is wrong is told in other words than given, since a URL may hold a password.
function readArguments(args: string[]): { url: string; images: string | undefined } {
  try {
    const { values, positionals } = parseArgs({ args, options: { images: { type: 'string' } }, allowPositionals: true })
    const [url = '', ...others] = positionals
    if (others.length === 0 && /^mongodb(\+srv)?:\/\/./.test(url)) return { url, images: values.images }
  } catch {}
  throw new Error(`Usage: ${usage}, with the URL of a MongoDB database`)
}

async function assertFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isDirectory()) throw new Error(`${path} is no folder.`)
}
