import { type Static, Type } from 'typebox'

const UserSearchSchema = Type.Enum(['all', 'contacts', 'off'], {
  type: 'string',
  default: 'all',
  description: 'Users that `findUsers` and `findUsersByTag` find: everybody, only contacts of the user, or nobody'
})

/** Settings of what users learn of each other. */
export const UsersConfigSchema = Type.Object({ search: UserSearchSchema })

export type UserSearch = Static<typeof UserSearchSchema>
