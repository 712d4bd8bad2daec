import { initialsOf } from '../text/abbreviate.js'
import { element } from './elements.js'

const tints = 8
const defaultImage = 'default.jpg'

/** Shows a user's picture, or the initials on the user's own colour if the picture is missing or fails to load. */
export function showAvatar(place, { tag, firstName, lastName, img, isOnline }, url = urlOf(img)) {
  const initials = initialsOf({ firstName, lastName })
  place.ariaHidden = 'true'
  place.dataset.tint = tintOf(tag)
  place.dataset.online = Boolean(isOnline)

  const shown = `${url} ${initials.join('')}`
  if (place.dataset.shown === shown) return
  place.dataset.shown = shown
  const letters = element(
    'span',
    'initials',
    initials.map((letter) => element('span', '', [letter]))
  )
  letters.dir = 'auto'
  place.replaceChildren(letters, ...(url ? [picture(url)] : []))
}

function urlOf(img) {
  return img === defaultImage ? '' : `/img/${img}`
}

function tintOf(tag) {
  let hash = 0
  for (const character of tag) hash = (hash * 31 + character.codePointAt(0)) % 9973
  return hash % tints
}

function picture(url) {
  const image = element('img')
  image.alt = ''
  image.src = url
  image.addEventListener('error', () => image.remove())
  return image
}
