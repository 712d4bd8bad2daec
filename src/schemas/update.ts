import { type Static, Type } from 'typebox'
import { DialogsSchema } from './dialog.js'
import { MessagesSchema } from './message.js'
import { UserInfoSchema } from './user.js'

export const CursorSchema = Type.String({
  maxLength: 64,
  description: 'Position in the history of all changes; opaque, and valid for ever'
})

export const GetUpdatesParamsSchema = Type.Object({
  cursor: Type.Optional(CursorSchema),
  limit: Type.Integer({ minimum: 1, default: 200, description: 'Maximum number of changes' })
})

export const UpdatesSchema = Type.Object({
  messages: MessagesSchema,
  dialogs: DialogsSchema,
  users: Type.Array(UserInfoSchema),
  cursor: CursorSchema,
  hasMore: Type.Boolean()
})

export type Updates = Static<typeof UpdatesSchema>
