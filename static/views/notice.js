import { change } from '../state/session.js'
import { byId } from './controls/elements.js'

const shownForMs = 8000

/** Shows the notice, which disappears after a while. */
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
