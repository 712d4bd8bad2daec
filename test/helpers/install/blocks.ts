import { readFileSync } from 'node:fs'

/** The code blocks of a page in a language, in their order. */
export function blocksOf(page: string, language: string): string[] {
  const fence = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs')
  return Array.from(readFileSync(page, 'utf8').matchAll(fence), ([, block]) => block as string)
}
