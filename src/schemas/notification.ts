import { type Static, Type } from 'typebox'
import { ClientMessageIdSchema, PushedMessageSchema, SeqSchema } from './message.js'
import { CursorSchema } from './update.js'
import { EpochMsSchema, ImageNameSchema, NameSchema, TagSchema } from './user.js'

const changes = {
  firstName: Type.Optional(NameSchema),
  lastName: Type.Optional(NameSchema),
  img: Type.Optional(ImageNameSchema)
}

/** All notifications by type. The code means the same as the type; `when` names the receivers and the reason. */
export const notifications = {
  newMessage: { when: 'To the receiver, when a message was stored', code: 3001, body: PushedMessageSchema },
  messageSent: {
    when: 'To my other connections, when I have sent a message',
    code: 3002,
    body: Type.Object({ ...PushedMessageSchema.properties, clientMessageId: Type.Optional(ClientMessageIdSchema) })
  },
  contactOffline: {
    when: "To online contacts, a moment after a user's last connection ended",
    code: 3100,
    body: Type.Object({ loggedOutUserTag: TagSchema, lastSeen: EpochMsSchema })
  },
  contactOnline: {
    when: "To online contacts, when a user's first connection opened",
    code: 3101,
    body: Type.Object({ loggedInUserTag: TagSchema })
  },
  contactPersonalDataChanges: {
    when: 'To online contacts: the fields that a user has changed',
    code: 3200,
    body: Type.Object({ tag: TagSchema, ...changes })
  },
  selfInfoChanged: {
    when: 'To my other connections: the fields that I have changed',
    code: 3201,
    body: Type.Object(changes)
  },
  messageWasRead: {
    when: 'To the sender, when the receiver has read everything up to now',
    code: 3300,
    body: Type.Object({ receiverTag: TagSchema })
  },
  dialogWasRead: {
    when: 'To my other connections, when I have read',
    code: 3302,
    body: Type.Object({ tag: TagSchema, upToSeq: SeqSchema })
  },
  hello: {
    when: 'The first frame of every connection',
    code: 3900,
    body: Type.Object({
      tag: TagSchema,
      cursor: CursorSchema,
      serverTime: EpochMsSchema,
      limits: Type.Object({
        maxPayloadBytes: Type.Integer(),
        maxBatchCalls: Type.Integer(),
        maxPageItems: Type.Integer(),
        maxTextLength: Type.Integer()
      })
    })
  },
  serverShutdown: {
    when: 'To all connections, before a planned stop: reconnect after this delay and a random addition',
    code: 3901,
    body: Type.Object({ reconnectAfterMs: Type.Integer() })
  }
}

export type NotificationType = keyof typeof notifications
export type NotificationBody<T extends NotificationType> = Static<(typeof notifications)[T]['body']>
