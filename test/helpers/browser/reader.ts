import type { Locator } from 'playwright-core'
import type { Test } from 'tap'
import type { Device } from '../device.js'
import type { Window } from './window.js'

const timeoutMs = 60_000
const sentAtOnce = 50

export const jumpButton = ({ page }: Window): Locator => page.getByRole('button', { name: 'Go to the end' })

/** Sends numbered messages, which are stored in this order. */
export async function writeMany(device: Device, receiverTag: string, from: number, to: number): Promise<void> {
  for (let first = from; first <= to; first += sentAtOnce) {
    const numbers = Array.from({ length: Math.min(sentAtOnce, to - first + 1) }, (_, index) => first + index)
    await Promise.all(numbers.map((n) => device.call('sendMessageToUser', [receiverTag, `message ${n}`])))
  }
}

/** Asks as the writer for the last message that is read. */
export async function peerReadSeq(device: Device, tag: string): Promise<number> {
  const dialogs = await device.call<{ peerReadSeq: number; userInfo: { tag: string } }[]>('getDialogsList')
  return dialogs.find(({ userInfo }) => userInfo.tag === tag)?.peerReadSeq ?? Number.NaN
}

/** Waits until the writer knows that exactly this message is the last one read. */
export async function isRead(device: Device, tag: string, seq: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  let readSeq = await peerReadSeq(device, tag)
  while (readSeq !== seq) {
    if (performance.now() > deadline) throw new Error(`${readSeq} messages are read, not ${seq}`)
    readSeq = await peerReadSeq(device, tag)
  }
}

/** Returns the numbers of the messages that are at least partly in sight. */
export async function inSight({ page }: Window): Promise<number[]> {
  return page.evaluate<number[]>(`(() => {
    const frame = log.getBoundingClientRect()
    return [...document.querySelectorAll('#messages [data-seq]')]
      .filter((row) => {
        const { top, bottom } = row.firstElementChild.getBoundingClientRect()
        return bottom > frame.top && top < frame.bottom
      })
      .map((row) => Number(row.dataset.seq))
  })()`)
}

/** Scrolls up until a message is in sight and the page rests. Returns the numbers in sight. */
export async function scrollUpTo(window: Window, seq: number, stepPx: number): Promise<number[]> {
  while (Math.min(...(await inSight(window))) > seq) await window.page.mouse.wheel(0, -stepPx)
  await window.page.evaluate(`new Promise((resolve) => {
    let frames = 0
    let top = log.scrollTop
    const look = () => {
      frames = log.scrollTop === top ? frames + 1 : 0
      top = log.scrollTop
      if (frames === 30) resolve()
      else requestAnimationFrame(look)
    }
    look()
  })`)
  return inSight(window)
}

/** Returns a list to which the page's later read marks are added. */
export function listenToMarks({ page }: Window): number[] {
  const marks: number[] = []
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const { method, params } = JSON.parse(String(payload))
      if (method === 'markMessagesWithUserAsRead') marks.push(params[1])
    })
  )
  return marks
}

/** Gives another window the focus, or shows another tab. */
export async function lookAway({ page }: Window, how: 'blur' | 'hide'): Promise<void> {
  await page.evaluate(
    how === 'blur'
      ? 'document.hasFocus = () => false; window.dispatchEvent(new Event("blur"))'
      : 'Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true }); document.dispatchEvent(new Event("visibilitychange"))'
  )
}

export async function lookBack({ page }: Window): Promise<void> {
  await page.evaluate(
    'delete document.hasFocus; delete document.visibilityState; document.dispatchEvent(new Event("visibilitychange")); window.dispatchEvent(new Event("focus"))'
  )
}

/** Checks that the page starts at the first unread message and marks only messages in sight. */
export async function startsAtFirstUnread(t: Test, annas: Window, device: Device, first: number): Promise<number> {
  await annas.page.getByText('New messages').waitFor()
  await annas.seesMessage(`message ${first}`)
  const seqs = await inSight(annas)
  t.ok(seqs.includes(first), 'the first unread message is in sight')
  // The lowest message may be in sight by less than a mark needs.
  const lowest = Math.max(...seqs)
  let readSeq = await peerReadSeq(device, '@anna')
  for (const deadline = performance.now() + timeoutMs; readSeq < lowest - 1 && performance.now() < deadline; ) {
    readSeq = await peerReadSeq(device, '@anna')
  }
  t.ok(readSeq === lowest || readSeq === lowest - 1, `${readSeq} messages are read, ${lowest} in sight`)
  return readSeq
}
