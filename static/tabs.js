/** Tells the browser's other tabs of this page what they cannot learn from the server. */
export function createTabs(onAnnouncement) {
  const channel = openChannel()
  channel?.addEventListener('message', ({ data }) => onAnnouncement(data))

  return { announce: (announcement) => channel?.postMessage(announcement) }
}

/** Opens a channel, which a browser may refuse to a page whose data, such as cookies, it does not keep. */
function openChannel() {
  try {
    return new BroadcastChannel('messenger')
  } catch {
    return undefined
  }
}
