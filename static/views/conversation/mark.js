const namespace = 'http://www.w3.org/2000/svg'

const marks = {
  received: { text: '', path: '' },
  sending: { text: 'Sending', path: 'M12.5 1.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM12.5 3.6V6l1.6 1.2' },
  failed: { text: 'Not sent', path: 'M12.5 1a5 5 0 1 1 0 10 5 5 0 0 1 0-10zM12.5 3.5v3M12.5 8.4v.1' },
  sent: { text: 'Sent', path: 'M5 6.5l3.3 3.3L15.5 2.5' },
  read: { text: 'Read', path: 'M1.5 6.5l3.3 3.3L12 2.5M8 9l.8.8L16 2.5' }
}

export function createMark() {
  const svg = document.createElementNS(namespace, 'svg')
  svg.setAttribute('class', 'icon mark')
  svg.setAttribute('viewBox', '0 0 18 12')
  svg.setAttribute('aria-hidden', 'true')
  svg.append(document.createElementNS(namespace, 'path'))
  return svg
}

export function showMark(svg, status) {
  svg.firstElementChild.setAttribute('d', marks[status].path)
}

export function markText(status) {
  return marks[status].text
}
