import { readFileSync } from 'node:fs'

/** Returns the code blocks of a page in a language, in order. */
export function blocksOf(page: string, language: string): string[] {
  const fence = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs')
  return Array.from(readFileSync(page, 'utf8').matchAll(fence), ([, block]) => block as string)
}
