import { type Static, Type } from 'typebox'
import { EpochMsSchema, IdSchema, TagReferenceSchema, TagSchema } from './user.js'

/** Maximum length in UTF-16 code units: `text.length` of JavaScript. */
export const maxTextLength = 4096

// \P{Cs}: a lone surrogate has no UTF-8 form, so the store could not give back what was sent.
// JSON Schema counts code points, which are never more than code units.
export const TextSchema = Type.Refine(
  Type.String({
    minLength: 1,
    maxLength: maxTextLength,
    pattern: '^\\P{Cs}*$',
    description: 'Text of a message, stored exactly as it was sent'
  }),
  (text) => text.length <= maxTextLength,
  () => `must not have more than ${maxTextLength} characters, counted as UTF-16 code units`
)

export const ClientMessageIdSchema = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^\\P{Cs}*$',
  description: 'Id of the message that the client makes, such as a UUID: a repeat stores nothing'
})

export const SeqSchema = Type.Integer({ minimum: 1, description: 'Number of the message in its dialog: 1, 2, 3, …' })
export const StartIndexSchema = Type.Integer({ minimum: 0, default: 0, description: 'Index of the first one, from 0' })
export const endIndexSchema = (byDefault: number) =>
  Type.Integer({ minimum: 0, default: byDefault, description: 'Index after the last one' })

export const IsoDateSchema = Type.String({ description: 'ISO 8601 date and time, UTC' })

const messageFields = {
  _id: IdSchema,
  senderTag: TagSchema,
  receiverTag: TagSchema,
  text: TextSchema,
  seq: SeqSchema
}

export const PushedMessageSchema = Type.Object({ ...messageFields, date: EpochMsSchema })
export const MessageSchema = Type.Object({ ...messageFields, date: IsoDateSchema, isRead: Type.Boolean() })
export const MessagesSchema = Type.Array(MessageSchema)

export const SendMessageParamsSchema = Type.Object({
  receiverTag: TagReferenceSchema,
  text: TextSchema,
  clientMessageId: Type.Optional(ClientMessageIdSchema)
})

export const SentMessageSchema = Type.Object({
  status: Type.Literal('OK'),
  message: Type.Object({ ...PushedMessageSchema.properties, isRead: Type.Boolean() }),
  duplicate: Type.Optional(Type.Boolean({ description: 'Whether the message was already stored' }))
})

export const GetMessagesParamsSchema = Type.Object({
  receiverTag: TagReferenceSchema,
  startIndex: StartIndexSchema,
  endIndex: endIndexSchema(100)
})

export const GetMessagesBySeqParamsSchema = Type.Object({
  receiverTag: TagReferenceSchema,
  fromSeq: SeqSchema,
  toSeq: SeqSchema
})

export const MarkAsReadParamsSchema = Type.Object({
  senderTag: TagReferenceSchema,
  upToSeq: Type.Optional(SeqSchema)
})

export const StatusSchema = Type.Object({ status: Type.Literal('OK') })

export type Message = Static<typeof MessageSchema>
