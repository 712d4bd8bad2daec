import { type Static, Type } from 'typebox'
import { endIndexSchema, IsoDateSchema, StartIndexSchema } from './message.js'
import { IdSchema, TagSchema, UserInfoSchema } from './user.js'

const seqMark = (description: string) => Type.Integer({ minimum: 0, description })

export const DialogSchema = Type.Object({
  _id: IdSchema,
  senderTag: Type.String({ ...TagSchema, description: 'Who has sent the last message' }),
  receiverTag: Type.String({ ...TagSchema, description: 'To whom' }),
  date: Type.String({ ...IsoDateSchema, description: 'When the last message was stored: ISO 8601, UTC' }),
  text: Type.String({ description: 'Text of the last message' }),
  unreadCount: Type.Integer({
    minimum: 0,
    description: 'Messages that their receiver has not read, of both users together'
  }),
  lastSeq: seqMark('`seq` of the last message'),
  readSeq: seqMark('My read mark: I have read up to this `seq`; own messages behind it need no reading'),
  peerReadSeq: seqMark('The read mark of the other one'),
  unreadIncoming: Type.Integer({ minimum: 0, description: 'Messages to me that I have not read: what a badge shows' }),
  userInfo: Type.Object({ ...UserInfoSchema.properties }, { description: 'The other one' })
})

export const DialogsSchema = Type.Array(DialogSchema)

export const GetDialogsParamsSchema = Type.Object({
  startIndex: StartIndexSchema,
  endIndex: endIndexSchema(30)
})

export type Dialog = Static<typeof DialogSchema>
