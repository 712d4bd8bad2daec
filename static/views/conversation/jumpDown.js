import { findDialog } from '../../state/dialogs.js'
import { hasNewer } from '../../state/reading.js'
import { byId } from '../controls/elements.js'

const showBeyondPx = 240

/** Creates the button that leads to the end of the conversation. It shows the unread count. */
export function createJumpDown(onClick) {
  const button = byId('jump-down')
  const badge = byId('still-unread')
  button.addEventListener('click', onClick)

  return {
    /** @param distance pixels from the viewport to the end of the loaded messages */
    show(state, distance) {
      const unread = findDialog(state, state.openTag)?.unreadIncoming ?? 0
      button.hidden = distance < showBeyondPx && !hasNewer(state, state.openTag)
      button.ariaLabel = unread > 0 ? `Go to the end, ${unread} unread` : 'Go to the end'
      badge.hidden = unread === 0
      badge.textContent = unread
    }
  }
}
