const atBottomWithinPx = 40
const roomForDayPx = 48

/**
 * Keeps what is read in its place: at the bottom the newest message stays in sight, elsewhere nothing moves, whatever
 * comes above or below.
 *
 * @param onMove called when something else may be in sight
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

  /** Goes to the bottom, but not past a row that nobody has seen yet. */
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
  // The window, a phone's keyboard and the composer change the height of the log.
  new ResizeObserver(() => {
    if (isAtBottom) toBottom()
    moved()
  }).observe(log)

  return {
    distance,
    toBottom,
    isAtBottom: () => isAtBottom,

    /**
     * @param place `end`; `unread`, which is the end as well where everything new fits; nothing to stay where one is
     * @param isLive whether that is the end, if one is there
     * @param seenSeq up to which everything has been seen
     */
    keep(render, { place, isLive, seenSeq }) {
      const anchor = firstInSight(log, list)
      // Read before rows go: a list that becomes shorter scrolls by itself.
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

/** Messages alone, because the heading of a day sticks to the top. */
function firstInSight(log, list) {
  return Array.from(list.querySelectorAll('.message')).find((row) => row.offsetTop + row.offsetHeight > log.scrollTop)
}

function firstUnseen(list, seenSeq) {
  return Array.from(list.querySelectorAll('.theirs')).find((row) => Number(row.dataset.seq) > seenSeq)
}
