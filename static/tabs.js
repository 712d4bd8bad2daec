/** Creates a channel for announcements to the other tabs, which the server cannot make. */
export function createTabs(onAnnouncement) {
  const channel = openChannel()
  channel?.addEventListener('message', ({ data }) => onAnnouncement(data))

  return { announce: (announcement) => channel?.postMessage(announcement) }
}

/** Opens the channel. A browser that blocks the page's data, such as cookies, may refuse it. */
function openChannel() {
  try {
    return new BroadcastChannel('messenger')
  } catch {
    return undefined
  }
}
