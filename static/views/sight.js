// A row may be cut by so much and is in sight all the same.
const tolerancePx = 4

/**
 * @returns `{topSeq, bottomSeq}`: the first message that is in sight, and the last one of which enough is. That is all of it, or as
 *   much as fills half of the log where it is longer; 0 without one.
 */
export function whatIsInSight(log, list) {
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
