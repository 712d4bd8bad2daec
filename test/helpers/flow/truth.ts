import type { Test } from 'tap'
import type { Dialog } from '../../../src/schemas/dialog.js'
import type { Message } from '../../../src/schemas/message.js'
import type { Updates } from '../../../src/schemas/update.js'
import type { UserInfo } from '../../../src/schemas/user.js'
import type { Device } from '../device.js'

const pageItems = 500
const maxPages = 10_000

/** Reads all messages of a dialog, oldest first. */
export async function historyOf({ call }: Device, peerTag: string): Promise<Message[]> {
  const messages: Message[] = []
  for (let from = 1; messages.length >= from - 1; from += pageItems) {
    messages.push(...(await call<Message[]>('getMessagesBySeq', [peerTag, from, from + pageItems - 1])))
  }
  return messages
}

/** Reads all updates since a cursor. The devices of the user take turns with the pages. */
export async function updatesSince(devices: Device[], since: string, limit: number) {
  const messages: Message[] = []
  const dialogs = new Map<string, Dialog>()
  const users = new Map<string, UserInfo>()
  let cursor = since
  for (let page = 0; page < maxPages; page++) {
    const { call } = devices[page % devices.length] as Device
    const updates = await call<Updates>('getUpdates', { cursor, limit })
    messages.push(...updates.messages)
    for (const dialog of updates.dialogs) dialogs.set(dialog.userInfo.tag, dialog)
    for (const user of updates.users) users.set(user.tag, user)
    cursor = updates.cursor
    if (!updates.hasMore) return { messages, dialogs, users, cursor }
  }
  throw new Error('Updates have no end.')
}

type DialogState = Omit<Dialog, 'userInfo'> & { userInfo: { tag: string } }

/** Checks what holds for every dialog at any time. Returns its history. */
export async function checkDialog(t: Test, device: Device, { userInfo, ...dialog }: DialogState): Promise<Message[]> {
  const { tag } = userInfo
  const history = await historyOf(device, tag)
  const last = history.at(-1)
  t.same(
    history.map(({ seq }) => seq),
    history.map((_, index) => index + 1),
    `with ${tag} every number is there once`
  )
  t.match(dialog, { lastSeq: last?.seq, text: last?.text, senderTag: last?.senderTag }, 'the list shows the last one')
  const unread = history.filter(({ senderTag, seq }) => senderTag === tag && seq > dialog.readSeq)
  t.equal(dialog.unreadIncoming, unread.length, 'unread is what is behind the read mark')
  const wrong = history.filter(({ senderTag, seq, isRead }) => {
    return isRead !== seq <= (senderTag === tag ? dialog.readSeq : dialog.peerReadSeq)
  })
  t.same(wrong, [], 'and so does every message say')
  return history
}
