const atBottomWithinPx = 40
const showJumpBeyondPx = 240
const roomForDayPx = 48

/**
 * Keeps what is read in its place: at the bottom the newest message stays in sight, elsewhere nothing moves, whatever
 * comes above or below.
 */
export function createScrollKeeper({ log, list, jumpDown }) {
  let isAtBottom = true
  const distance = () => log.scrollHeight - log.scrollTop - log.clientHeight

  function follow() {
    isAtBottom = distance() < atBottomWithinPx
    jumpDown.hidden = distance() < showJumpBeyondPx
  }

  function toBottom() {
    log.scrollTop = log.scrollHeight
    follow()
  }

  log.addEventListener('scroll', follow)
  jumpDown.addEventListener('click', () => {
    toBottom()
    log.focus({ preventScroll: true })
  })
  // The window, a phone's keyboard and the composer change the height of the log.
  new ResizeObserver(() => isAtBottom && toBottom()).observe(log)

  return {
    /** @param lastRow the item of the last row to be; one's own message that has just been written is always shown */
    keep(render, { isAnother, lastRow }) {
      const anchor = firstInSight(log, list)
      const before = anchor?.offsetTop
      const lastKey = list.lastElementChild?.dataset.key
      render()
      if (isAnother) return toStart({ log, list, toBottom, follow })
      const isJustWritten = lastRow?.status === 'sending' && lastRow.key !== lastKey
      if (isAtBottom || isJustWritten) return toBottom()
      if (anchor?.isConnected) log.scrollTop += anchor.offsetTop - before
      follow()
    }
  }
}

/** Messages alone, because the heading of a day sticks to the top. */
function firstInSight(log, list) {
  return Array.from(list.querySelectorAll('.message')).find((row) => row.offsetTop + row.offsetHeight > log.scrollTop)
}

/** A conversation opens at its end, or at the first new message where there are more than fit. */
function toStart({ log, list, toBottom, follow }) {
  toBottom()
  const firstNew = list.querySelector('.unread')
  if (firstNew?.offsetTop < log.scrollTop) log.scrollTop = firstNew.offsetTop - roomForDayPx
  follow()
}
