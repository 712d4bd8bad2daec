import { change } from '../state/session.js'
import { byId } from './elements.js'

const shownForMs = 8000

/** A sentence that goes away by itself: what could not be done, and why. */
export function showNotice(store) {
  const close = () => store.update(change({ notice: null }))
  let timer

  byId('notice-close').addEventListener('click', close)
  store.watch(
    ({ notice }) => ({ notice }),
    ({ notice }) => {
      clearTimeout(timer)
      byId('notice-box').hidden = notice === null
      byId('notice-text').textContent = notice?.text ?? ''
      if (notice) timer = setTimeout(close, shownForMs)
    }
  )
}
