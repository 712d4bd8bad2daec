import { tables } from './tables.js'

/** Returns Markdown with its places `<!-- NAME -->…<!-- /NAME -->` filled from the source. */
export function fill(markdown: string): string {
  return markdown.replace(/<!-- (\w+) -->.*?<!-- \/\1 -->/gs, (_, name: string) => {
    return `<!-- ${name} -->\n\n${tables[name]?.()}\n\n<!-- /${name} -->`
  })
}
