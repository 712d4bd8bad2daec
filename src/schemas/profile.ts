import { Type } from 'typebox'
import { ImageNameSchema, NameChangeSchema, UserInfoSchema } from './user.js'

export const NoParamsSchema = Type.Object({})

export const SetSelfInfoParamsSchema = Type.Object({
  firstName: NameChangeSchema,
  lastName: NameChangeSchema,
  img: Type.String({ ...ImageNameSchema, default: '' })
})

export const FindUsersByTagParamsSchema = Type.Object({
  tag: Type.String({ maxLength: 256, description: 'Part of a tag in any case; a leading `@` is ignored' })
})

export const FindUsersParamsSchema = Type.Object({
  query: Type.String({
    maxLength: 256,
    description:
      'Part of a tag, or the start of a word of a name, in any case and with or without accents; a leading `@` is ignored'
  })
})

export const maxFoundUsers = 30
export const FoundUsersSchema = Type.Array(UserInfoSchema, { maxItems: maxFoundUsers })
