import { changeConversation } from '../state/conversations.js'
import { addToOutbox, dropFromOutbox, setProblem, waitingIn } from '../state/outbox.js'
import { createDelivery } from './delivery.js'

// RFC 6455, 7.4.1
const messageTooBig = 1009

/** Sending: a message waits in the outbox until the server has answered, over as many connections as that takes. */
export function createOutboxActions({ store, rpc, dialogs }) {
  const { deliver } = createDelivery({ store, rpc, dialogs })

  return {
    send(text) {
      const receiverTag = store.get().openTag
      const item = { clientMessageId: createClientMessageId(), receiverTag, text, date: Date.now() }
      store.update((state) => ({
        ...changeConversation(addToOutbox(state, item), receiverTag, { firstUnreadSeq: null }),
        drafts: { ...state.drafts, [receiverTag]: '' }
      }))
      deliver(item)
    },

    retry(clientMessageId) {
      store.update((state) => setProblem(state, clientMessageId, null))
      deliver(store.get().outbox.find((item) => item.clientMessageId === clientMessageId))
    },

    discard: (clientMessageId) => store.update((state) => dropFromOutbox(state, clientMessageId)),

    flush() {
      for (const item of waitingIn(store.get())) deliver(item)
    },

    /** A frame that ends the connection would end the next one too. */
    giveUpAfter(closeCode) {
      if (closeCode !== messageTooBig) return
      for (const { clientMessageId } of waitingIn(store.get())) {
        store.update((state) => setProblem(state, clientMessageId, 'This is too large for the server.'))
      }
    }
  }
}

/** `crypto.randomUUID` is missing from a page that came over plain HTTP from another machine. */
function createClientMessageId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
