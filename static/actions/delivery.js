import { explain } from '../net/explain.js'
import { isConnectionLost, isRateLimited, retryDelayMs } from '../net/refusal.js'
import { findDialog } from '../state/dialogs.js'
import { addMessage } from '../state/notifications.js'
import { setProblem, waitingIn } from '../state/outbox.js'
import { notify } from '../state/session.js'

/** Creates the delivery of the outbox: all messages at once, or one at a time after the server has refused one as too fast. */
export function createDelivery({ store, rpc, dialogs }) {
  let isSlow = false

  /** @returns the delay before the next message in milliseconds; usually 0 */
  async function attempt({ clientMessageId, receiverTag, text }) {
    try {
      const { message } = await rpc.call('sendMessageToUser', receiverTag, text, clientMessageId)
      store.update((state) => addMessage(state, { ...message, clientMessageId }))
      if (!findDialog(store.get(), message.receiverTag)) dialogs.refresh()
    } catch (error) {
      if (isRateLimited(error)) return retryDelayMs(error)
      if (!isConnectionLost(error)) store.update((state) => setProblem(state, clientMessageId, explain(error)))
    }
    return 0
  }

  /** Sends one message at a time, the oldest first. The server disconnects a client that ignores refusals. */
  async function deliverSlowly(firstWaitMs) {
    isSlow = true
    store.update(notify('That was faster than the server allows. The rest is sent by and by.'))
    let waitMs = firstWaitMs
    let item
    do {
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      ;[item] = store.get().isConnected ? waitingIn(store.get()) : []
      if (item) waitMs = await attempt(item)
    } while (item)
    isSlow = false
  }

  return {
    /** Sends a message. Without a connection the message waits for the next one. */
    async deliver(item) {
      if (!store.get().isConnected || isSlow) return
      const waitMs = await attempt(item)
      if (waitMs > 0 && !isSlow) await deliverSlowly(waitMs)
    }
  }
}
