import { fullName } from '../../state/people.js'
import { showAvatar } from '../controls/avatar.js'
import { element } from '../controls/elements.js'
import { previewOf } from '../text/abbreviate.js'

const maxBadge = 99

export function createDialogRow() {
  const parts = {
    avatar: element('span', 'avatar'),
    name: element('bdi', 'row-name clipped'),
    presence: element('span', 'visually-hidden'),
    time: element('time', 'muted'),
    author: element('span'),
    text: element('bdi', 'clipped'),
    unread: element('span'),
    badge: element('span', 'badge')
  }
  parts.badge.append(parts.unread, element('span', 'visually-hidden', [' unread']))
  const first = element('span', 'row-line', [parts.name, parts.presence, parts.time])
  const last = element('span', 'preview muted', [parts.author, parts.text])
  const second = element('span', 'row-line', [last, parts.badge])
  parts.link = element('a', 'row', [parts.avatar, element('span', 'row-body', [first, second])])
  return { node: element('li', '', [parts.link]), parts }
}

export function fillDialogRow({ parts }, { person, isOpen, text, date, when, moment, isOwn, unreadIncoming }) {
  parts.link.href = `#${person.tag}`
  parts.link.ariaCurrent = isOpen ? 'true' : null
  showAvatar(parts.avatar, person)
  parts.name.textContent = fullName(person)
  parts.presence.textContent = person.isOnline ? 'online' : ''
  parts.author.textContent = isOwn ? 'You: ' : ''
  parts.text.textContent = date ? previewOf(text) : person.tag
  parts.badge.hidden = unreadIncoming === 0
  parts.unread.textContent = unreadIncoming > maxBadge ? `${maxBadge}+` : unreadIncoming
  showTime(parts.time, { date, when, moment })
}

function showTime(time, { date, when, moment }) {
  time.textContent = when
  if (!date) return
  time.dateTime = new Date(date).toISOString()
  time.title = moment
}
