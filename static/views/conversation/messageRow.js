import { element } from '../controls/elements.js'
import { createMark, markText, showMark } from './mark.js'

const creators = { day: createDayRow, unread: createUnreadRow, message: createMessageRow }

export function createLogRow({ kind }) {
  return creators[kind]()
}

export function fillLogRow(row, item) {
  if (item.kind === 'message') fillMessageRow(row, item)
  if (item.kind === 'day') row.parts.day.textContent = item.label
}

function createDayRow() {
  const day = element('span')
  return { node: element('li', 'divider day', [day]), parts: { day } }
}

function createUnreadRow() {
  return { node: element('li', 'divider unread', [element('span', '', ['New messages'])]) }
}

function createMessageRow() {
  const parts = {
    author: element('span', 'visually-hidden'),
    text: element('span'),
    time: element('time'),
    mark: createMark(),
    status: element('span', 'visually-hidden')
  }
  const meta = element('span', 'meta', [parts.time, parts.mark, parts.status])
  // The direction of the text ignores elements that have their own `dir`.
  meta.dir = 'ltr'
  const body = element('p', 'text', [parts.text, meta])
  body.dir = 'auto'
  const bubble = element('div', 'bubble', [parts.author, body])
  return { node: element('li', 'message', [bubble]), parts }
}

function fillMessageRow(
  { node, parts },
  { key, seq, isOwn, isFirst, author, text, time, moment, date, status, problem }
) {
  node.className = `message ${isOwn ? 'own' : 'theirs'} ${isFirst ? 'first' : ''} ${status}`
  node.dataset.key = key
  if (seq) node.dataset.seq = seq
  parts.author.textContent = `${author}: `
  parts.text.textContent = text
  parts.time.textContent = time
  parts.time.title = moment
  parts.time.dateTime = new Date(date).toISOString()
  showMark(parts.mark, status)
  parts.status.textContent = markText(status)
  node.querySelector('.failure')?.remove()
  if (problem) node.append(createFailure(problem))
}

function createFailure(problem) {
  return element('div', 'failure', [problem, button('Try again', 'retry'), button('Discard', 'discard')])
}

function button(label, action) {
  const node = element('button', 'link', [label])
  node.type = 'button'
  node.dataset.action = action
  return node
}
