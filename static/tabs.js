/** Tells the browser's other tabs of this page what they cannot learn from the server. */
export function createTabs(onAnnouncement) {
  const channel = openChannel()
  channel?.addEventListener('message', ({ data }) => onAnnouncement(data))

  return { announce: (announcement) => channel?.postMessage(announcement) }
}

/** A browser that keeps no data of a page, such as cookies, may refuse it a channel. Its tabs share no session, either. */
function openChannel() {
  try {
    return new BroadcastChannel('messenger')
  } catch {
    return undefined
  }
}
