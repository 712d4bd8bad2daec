import { Type } from 'typebox'
import { ImageNameSchema, NameChangeSchema, UserInfoSchema } from './user.js'

export const NoParamsSchema = Type.Object({})

export const SetSelfInfoParamsSchema = Type.Object({
  firstName: NameChangeSchema,
  lastName: NameChangeSchema,
  img: Type.String({ ...ImageNameSchema, default: '' })
})

export const FindUsersParamsSchema = Type.Object({
  tag: Type.String({ maxLength: 256, description: 'Part of a tag in any case; a leading `@` means nothing' })
})

export const maxFoundUsers = 30
export const FoundUsersSchema = Type.Array(UserInfoSchema, { maxItems: maxFoundUsers })
