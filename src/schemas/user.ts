import { type Static, Type } from 'typebox'
import { namePattern } from './name.js'

export const IdSchema = Type.String({ pattern: '^[0-9a-f]{24}$', description: 'An ObjectId: 24 hexadecimal digits' })

// ASCII, because look-alike letters of other scripts would let one user pass for another (UTS 39).
export const TagSchema = Type.String({
  pattern: '^@[A-Za-z][A-Za-z0-9_]{0,31}$',
  description: '`@`, a letter, then up to 31 letters, digits or `_`; unique regardless of case'
})

/** Names a user in a request. A text that is not a tag names no user. */
export const TagReferenceSchema = Type.String({ maxLength: 256, description: 'Tag of a user, in any case' })

export const NameSchema = Type.String({
  pattern: `^${namePattern}$`,
  maxLength: 64,
  description: 'Words of letters, each in one script, with single blanks, hyphens, apostrophes and dots between them'
})

/** A last name, which may be empty: many people have one name. */
export const LastNameSchema = Type.String({
  pattern: `^(?:${namePattern})?$`,
  maxLength: 64,
  description: 'The same as the first name, or `""` for a user with one name'
})

/** A name in a change, where `""` keeps the present one. */
export const NameChangeSchema = Type.String({
  ...LastNameSchema,
  description: 'The new name, or `""` to keep the present one'
})

/** Picture of a user without an upload; it is not in the store. */
export const defaultImage = 'default.jpg'

export const ImageNameSchema = Type.String({ maxLength: 64, description: 'Name of an image below `/img/`' })

export const SelfInfoSchema = Type.Object({
  _id: IdSchema,
  tag: TagSchema,
  firstName: NameSchema,
  lastName: LastNameSchema,
  img: ImageNameSchema
})

export const EpochMsSchema = Type.Integer({ description: 'Milliseconds since 1970-01-01T00:00:00Z' })

export const UserInfoSchema = Type.Object({
  ...SelfInfoSchema.properties,
  isOnline: Type.Boolean(),
  lastSeen: EpochMsSchema
})

export type SelfInfo = Static<typeof SelfInfoSchema>
export type UserInfo = Static<typeof UserInfoSchema>
/** The user of a request. Neither field ever changes. */
export type Identity = Pick<SelfInfo, '_id' | 'tag'>
