import { haveSameFields } from '../../state/store.js'

/**
 * Keeps the children of an element in step with a list of items. A child stays while its item's `key` stays.
 * It is filled again only when a field of the item has changed.
 *
 * @param create creates `{node, …}` for an item
 * @param fill shows an item in the result of `create`
 */
export function createKeyedList(parent, { create, fill }) {
  let rows = new Map()

  function rowFor(item) {
    const row = rows.get(item.key) ?? create(item)
    if (!haveSameFields(row.item, item)) fill(row, item)
    row.item = item
    return row
  }

  function removeOthers(kept) {
    for (const [key, { node }] of rows) if (!kept.has(key)) node.remove()
  }

  return (items) => {
    const focused = document.activeElement
    const next = new Map(items.map((item) => [item.key, rowFor(item)]))
    removeOthers(next)
    rows = next
    arrange(
      parent,
      Array.from(next.values(), ({ node }) => node)
    )
    // Moving a row in the document takes the focus from it.
    if (focused !== document.activeElement && parent.contains(focused)) focused.focus({ preventScroll: true })
  }
}

function arrange(parent, nodes) {
  let place = parent.firstElementChild
  for (const node of nodes) {
    if (node === place) place = place.nextElementSibling
    else parent.insertBefore(node, place)
  }
}
