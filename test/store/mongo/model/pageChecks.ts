import type { Stored } from './checks.js'
import type { Client, Game, Page } from './scenario.js'

const versionOf = (cursor: string) => Number(cursor.split('.')[1])

/** Compares the pages of updates that clients have read with what is stored. @returns what is wrong */
export function findFaultOfPages(stored: Stored, { told, world }: Game): string[] {
  const clients = new Set(told.pages.map(({ client }) => client))
  return [...clients].flatMap((client) =>
    faultsOf(client, stored, told.pages, world.faults.has('failOver') || world.faults.has('lag'))
  )
}

function faultsOf(client: Client, { messages, dialog }: Stored, all: Page[], mayBeBehind: boolean): string[] {
  const pages = all.filter((page) => page.client === client)
  const begin = versionOf((pages[0] as Page).since)
  const seen = new Set<string>()
  const faults: string[] = []
  let lastSeq = 0
  for (const [index, page] of pages.entries()) {
    const end = versionOf(page.cursor)
    const where = `page ${index + 1} of ${client.user}, up to ${end}`
    if (end < versionOf(page.since)) faults.push(`${where}: its cursor goes back`)
    for (const { seq, text } of page.messages) {
      if (seq <= lastSeq) faults.push(`${where}: ${text} comes after ${lastSeq}`)
      lastSeq = seq
      seen.add(text)
    }
    const passed = messages.filter(({ version }) => (version as number) > begin && (version as number) <= end)
    for (const { text } of passed) if (!seen.has(text)) faults.push(`${where}: the cursor has passed ${text}`)
    const late = mayBeBehind || page.hasMore ? [] : page.acknowledged.filter((text) => !seen.has(text))
    for (const text of late) faults.push(`${where}: ${text} was acknowledged before and is missing`)
    const marked = dialog?.marked ?? 0
    const isMarkSeen = pages.slice(0, index + 1).some(({ dialogs }) =>
      dialogs.some(({ readSeq, peerReadSeq }) => {
        return readSeq + peerReadSeq === (dialog?.readSeqA ?? 0) + (dialog?.readSeqB ?? 0)
      })
    )
    if (marked > begin && marked <= end && !isMarkSeen) faults.push(`${where}: the cursor has passed a read mark`)
  }
  const missing = messages.filter(({ version, text }) => (version as number) > begin && !seen.has(text))
  return [...new Set(faults), ...missing.map(({ text }) => `${client.user} has never read ${text}`)]
}
