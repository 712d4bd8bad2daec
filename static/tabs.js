/** Tells the browser's other tabs of this page what they cannot learn from the server. */
export function createTabs(onAnnouncement) {
  const channel = new BroadcastChannel('messenger')
  channel.addEventListener('message', ({ data }) => onAnnouncement(data))

  return { announce: (announcement) => channel.postMessage(announcement) }
}
