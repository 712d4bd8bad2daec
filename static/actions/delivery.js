import { explain } from '../net/explain.js'
import { isConnectionLost, isTooSoon, waitAfter } from '../net/refusal.js'
import { findDialog } from '../state/dialogs.js'
import { addMessage } from '../state/notifications.js'
import { setProblem, waitingIn } from '../state/outbox.js'
import { notify } from '../state/session.js'

/** Delivers what waits in the outbox: all of it at once, or one after the other when the server says that this is too fast. */
export function createDelivery({ store, rpc, dialogs }) {
  let isSlow = false

  /** @returns how long to wait with the next message: not at all mostly */
  async function attempt({ clientMessageId, receiverTag, text }) {
    try {
      const { message } = await rpc.call('sendMessageToUser', receiverTag, text, clientMessageId)
      store.update((state) => addMessage(state, { ...message, clientMessageId }))
      if (!findDialog(store.get(), message.receiverTag)) dialogs.refresh()
    } catch (error) {
      if (isTooSoon(error)) return waitAfter(error)
      if (!isConnectionLost(error)) store.update((state) => setProblem(state, clientMessageId, explain(error)))
    }
    return 0
  }

  /** One after the other from the oldest one on, until nothing waits: who goes on in spite of refusals is cut off. */
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
    /** Without a connection it waits for the next one. */
    async deliver(item) {
      if (!store.get().isConnected || isSlow) return
      const waitMs = await attempt(item)
      if (waitMs > 0 && !isSlow) await deliverSlowly(waitMs)
    }
  }
}
