import { type Static, Type } from 'typebox'
import { IsoDateSchema } from './message.js'
import { endIndexSchema, StartIndexSchema } from './slice.js'
import { IdSchema, TagSchema, UserInfoSchema } from './user.js'

const seqMark = (description: string) => Type.Integer({ minimum: 0, description })

export const DialogSchema = Type.Object({
  _id: IdSchema,
  senderTag: TagSchema,
  receiverTag: TagSchema,
  date: IsoDateSchema,
  text: Type.String({ description: 'Text of the last message' }),
  unreadCount: Type.Integer({ minimum: 0, description: 'Messages that their receiver has not read, whoever that is' }),
  lastSeq: seqMark('`seq` of the last message'),
  readSeq: seqMark('I have read up to this `seq`'),
  peerReadSeq: seqMark('The other one has read up to this `seq`'),
  unreadIncoming: Type.Integer({ minimum: 0, description: 'Messages that I have not read' }),
  userInfo: UserInfoSchema
})

export const DialogsSchema = Type.Array(DialogSchema)

export const GetDialogsParamsSchema = Type.Object({
  startIndex: StartIndexSchema,
  endIndex: endIndexSchema(30)
})

export type Dialog = Static<typeof DialogSchema>
