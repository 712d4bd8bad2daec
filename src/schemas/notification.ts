import { type Static, Type } from 'typebox'
import { ClientMessageIdSchema, PushedMessageSchema, SeqSchema } from './message.js'
import { ImageNameSchema, NameSchema, TagSchema } from './user.js'

const changes = {
  firstName: Type.Optional(NameSchema),
  lastName: Type.Optional(NameSchema),
  img: Type.Optional(ImageNameSchema)
}

/** Everything that is pushed: the type is the key, a client tells them apart by either. */
export const notifications = {
  newMessage: { code: 3001, body: PushedMessageSchema },
  messageSent: {
    code: 3002,
    body: Type.Object({ ...PushedMessageSchema.properties, clientMessageId: Type.Optional(ClientMessageIdSchema) })
  },
  contactOffline: { code: 3100, body: Type.Object({ loggedOutUserTag: TagSchema }) },
  contactOnline: { code: 3101, body: Type.Object({ loggedInUserTag: TagSchema }) },
  contactPersonalDataChanges: { code: 3200, body: Type.Object({ tag: TagSchema, ...changes }) },
  selfInfoChanged: { code: 3201, body: Type.Object(changes) },
  messageWasRead: { code: 3300, body: Type.Object({ receiverTag: TagSchema }) },
  dialogWasRead: { code: 3302, body: Type.Object({ tag: TagSchema, upToSeq: SeqSchema }) }
}

export type NotificationType = keyof typeof notifications
export type NotificationBody<T extends NotificationType> = Static<(typeof notifications)[T]['body']>
