// A row counts as visible even if this much of it is hidden.
const tolerancePx = 4

/**
 * Returns the range of visible messages: `topSeq` is the first one with any visible part. `bottomSeq` is the last one that is
 * visible as a whole, or that fills half of the log. Each is 0 without such a message.
 */
export function visibleRange(log, list) {
  const rows = Array.from(list.querySelectorAll('[data-seq]'))
  const top = log.scrollTop
  const bottom = top + log.clientHeight
  const isSeen = (row) => {
    const visible = Math.min(bottom, row.offsetTop + row.offsetHeight) - Math.max(top, row.offsetTop)
    return visible > 0 && visible >= Math.min(row.offsetHeight - tolerancePx, log.clientHeight / 2)
  }
  return {
    topSeq: seqOf(rows.find((row) => row.offsetTop + row.offsetHeight > top)),
    bottomSeq: seqOf(rows.findLast(isSeen))
  }
}

function seqOf(row) {
  return Number(row?.dataset.seq ?? 0)
}
