import { createHash } from 'node:crypto'
import type { ObjectId } from 'mongodb'
import { refusals } from '../refusals.js'
import type { Collections } from './collections.js'
import { insertNew } from './duplicates.js'
import { type Letter, receiverIdOf } from './letters.js'

/** Finds out which messages have been sent before, by their `clientMessageId`. */
export interface Claims {
  /**
   * Claims the `clientMessageId` of each message for it. One that is claimed already gets the `_id` that it was claimed with,
   * `isClaimed: false`, or a refusal where it belongs to another message.
   */
  claim(letters: Letter[]): Promise<void>
}

export function createClaims({ clientMessageIds }: Pick<Collections, 'clientMessageIds'>): Claims {
  return {
    async claim(letters) {
      const claiming = letters.filter(({ message }) => message.clientMessageId !== undefined)
      const taken = await insertNew(
        clientMessageIds,
        claiming.map((letter) => ({ _id: keyOf(letter), messageId: letter._id, digest: digestOf(letter) }))
      )
      if (taken.length === 0) return
      const known = taken.map((index) => claiming[index] as Letter)
      const claims = new Map<string, { messageId: ObjectId; digest: string }>()
      for await (const { _id, ...claim } of clientMessageIds.find({ _id: { $in: known.map(keyOf) } })) {
        claims.set(_id, claim)
      }
      for (const letter of known) {
        const { messageId, digest } = claims.get(keyOf(letter)) as { messageId: ObjectId; digest: string }
        letter._id = messageId
        letter.isClaimed = false
        if (digest !== digestOf(letter)) letter.refusal = refusals.otherMessage()
      }
    }
  }
}

function keyOf({ message: { senderId, clientMessageId } }: Letter): string {
  return senderId + clientMessageId
}

/** Shorter than the text, and another one for another text or receiver. */
function digestOf(letter: Letter): string {
  return digestOfMessage(receiverIdOf(letter), letter.message.text)
}

export function digestOfMessage(receiverId: string, text: string): string {
  return createHash('sha256').update(receiverId).update(text).digest('base64')
}
