const atBottomWithinPx = 40
const roomForDayPx = 48

/**
 * Keeps the scroll position. At the bottom the newest message stays visible; elsewhere nothing moves when rows
 * are added above or below.
 *
 * @param onMove called when the visible range may have changed
 */
export function createScrollKeeper({ log, list, onMove }) {
  let isAtBottom = true
  const distance = () => log.scrollHeight - log.scrollTop - log.clientHeight

  function follow() {
    isAtBottom = distance() < atBottomWithinPx
  }

  function toBottom() {
    log.scrollTop = log.scrollHeight
    follow()
  }

  /** Scrolls to the bottom, but not past an unseen row. */
  function toBottomOrTo(row) {
    toBottom()
    if (row) log.scrollTop = Math.min(log.scrollTop, row.offsetTop - roomForDayPx)
    follow()
  }

  function moved() {
    follow()
    onMove()
  }

  log.addEventListener('scroll', moved)
  // The window, an on-screen keyboard and the composer change the height of the log.
  new ResizeObserver(() => {
    if (isAtBottom) toBottom()
    moved()
  }).observe(log)

  return {
    distance,
    toBottom,
    isAtBottom: () => isAtBottom,

    /**
     * @param place `end`; `unread`, which is also the end if all new messages fit; undefined keeps the position
     * @param isLive true while the reader follows new messages at the end
     * @param seenSeq `seq` of the last seen message
     */
    keep(render, { place, isLive, seenSeq }) {
      const anchor = firstVisible(log, list)
      // Read before rows are removed, because the browser scrolls a list that becomes shorter.
      const above = log.scrollTop - anchor?.offsetTop
      render()
      if (place === 'end') return toBottom()
      if (place === 'unread') return toBottomOrTo(list.querySelector('.unread'))
      if (isLive) return toBottomOrTo(firstUnseen(list, seenSeq))
      if (anchor?.isConnected) log.scrollTop = anchor.offsetTop + above
      follow()
    }
  }
}

/** Returns the first visible message. Headings do not count, because the heading of a day sticks to the top. */
function firstVisible(log, list) {
  return Array.from(list.querySelectorAll('.message')).find((row) => row.offsetTop + row.offsetHeight > log.scrollTop)
}

function firstUnseen(list, seenSeq) {
  return Array.from(list.querySelectorAll('.theirs')).find((row) => Number(row.dataset.seq) > seenSeq)
}
