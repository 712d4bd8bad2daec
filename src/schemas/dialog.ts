import { type Static, Type } from 'typebox'
import { endIndexSchema, IsoDateSchema, StartIndexSchema } from './message.js'
import { IdSchema, TagSchema, UserInfoSchema } from './user.js'

const seqMark = (description: string) => Type.Integer({ minimum: 0, description })

export const DialogSchema = Type.Object({
  _id: IdSchema,
  senderTag: Type.String({ ...TagSchema, description: 'Sender of the last message' }),
  receiverTag: Type.String({ ...TagSchema, description: 'Receiver of the last message' }),
  date: Type.String({ ...IsoDateSchema, description: 'Time at which the last message was stored: ISO 8601, UTC' }),
  text: Type.String({ description: 'Text of the last message' }),
  unreadCount: Type.Integer({
    minimum: 0,
    description: 'Messages that their receiver has not read, in both directions'
  }),
  lastSeq: seqMark('`seq` of the last message'),
  readSeq: seqMark('My read mark: I have read up to this `seq`; my own messages behind it do not count as unread'),
  peerReadSeq: seqMark('Read mark of the other user'),
  unreadIncoming: Type.Integer({
    minimum: 0,
    description: 'Messages to me that I have not read: the number for a badge'
  }),
  userInfo: Type.Object({ ...UserInfoSchema.properties }, { description: 'The other user' })
})

export const DialogsSchema = Type.Array(DialogSchema)

export const GetDialogsParamsSchema = Type.Object({
  startIndex: StartIndexSchema,
  endIndex: endIndexSchema(30)
})

export type Dialog = Static<typeof DialogSchema>
