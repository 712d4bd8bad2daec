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

interface Read {
  page: Page
  /** The pages of the same client up to this one. */
  pages: Page[]
  /** The version before the first page, and the one after this page. */
  begin: number
  end: number
  /** The messages that the client has read up to this page. */
  seen: Set<string>
  mayBeBehind: boolean
}

type PageCheck = (read: Read, stored: Stored) => string | undefined

function faultsOf(client: Client, stored: Stored, all: Page[], mayBeBehind: boolean): string[] {
  const own = all.filter((page) => page.client === client)
  const begin = versionOf((own[0] as Page).since)
  const reads = own.map((page, index): Read => {
    const pages = own.slice(0, index + 1)
    const seen = new Set(pages.flatMap(({ messages }) => messages.map(({ text }) => text)))
    return { page, pages, begin, end: versionOf(page.cursor), seen, mayBeBehind }
  })
  const faults = reads.flatMap((read, index) => {
    const found = checks.flatMap((check) => check(read, stored) ?? [])
    return found.map((fault) => `page ${index + 1} of ${client.user}, up to ${read.end}: ${fault}`)
  })
  const last = reads.at(-1) as Read
  const missing = stored.messages.find(({ version, text }) => (version as number) > begin && !last.seen.has(text))
  return missing ? [...faults, `${client.user} has never read ${missing.text}`] : faults
}

const checks: PageCheck[] = [
  ({ page, end }) => (end < versionOf(page.since) ? 'the cursor goes back' : undefined),
  ({ pages }) => {
    const numbers = pages.flatMap(({ messages }) => messages.map(({ seq }) => seq))
    const isInOrder = numbers.every((seq, index) => index === 0 || seq > (numbers[index - 1] as number))
    return isInOrder ? undefined : `the messages come as ${numbers}`
  },
  ({ begin, end, seen }, { messages }) => {
    const passed = messages.filter(({ version }) => (version as number) > begin && (version as number) <= end)
    const missed = passed.find(({ text }) => !seen.has(text))
    return missed && `the cursor has passed ${missed.text}`
  },
  ({ page, seen, mayBeBehind }) => {
    const missed = mayBeBehind || page.hasMore ? undefined : page.acknowledged.find((text) => !seen.has(text))
    return missed && `${missed} was acknowledged before and is missing`
  },
  ({ pages, begin, end }, { dialog }) => {
    if (!dialog?.marked || dialog.marked <= begin || dialog.marked > end) return undefined
    const isSeen = pages.some(({ dialogs }) =>
      dialogs.some(({ readSeq, peerReadSeq }) => readSeq + peerReadSeq === dialog.readSeqA + dialog.readSeqB)
    )
    return isSeen ? undefined : 'the cursor has passed a read mark'
  }
]
