import { type Static, Type } from 'typebox'
import { EmailSchema } from './email.js'
import { LoginPasswordSchema, PasswordSchema } from './password.js'
import { LastNameSchema, NameSchema, SelfInfoSchema, TagSchema } from './user.js'

const closed = { additionalProperties: false }

export const SignupBodySchema = Type.Object(
  {
    user: Type.Object(
      { tag: TagSchema, firstName: NameSchema, lastName: LastNameSchema, email: EmailSchema, password: PasswordSchema },
      closed
    )
  },
  closed
)

/** A log-in takes any text that could be an e-mail or a password; longer texts and lone surrogates are malformed (400). */
export const LoginBodySchema = Type.Object(
  { user: Type.Object({ email: Type.String({ maxLength: 254 }), password: LoginPasswordSchema }, closed) },
  closed
)

export const LoggedInSchema = Type.Object({
  token: Type.String({ description: 'JSON Web Token, the same as in the cookie `auth`' }),
  user: SelfInfoSchema
})

export const UploadedImageSchema = Type.Object({ fileName: Type.String() })

/** Claims of the JWT beside the registered ones. */
export const TokenPayloadSchema = Type.Object({
  data: Type.Object({ _id: Type.String(), tag: Type.String(), email: Type.String() }),
  sub: Type.String({ description: 'The user: `data._id`' }),
  jti: Type.String({ pattern: '^[0-9a-f]{24}$', description: 'The session' })
})

export type SignupBody = Static<typeof SignupBodySchema>
export type LoginBody = Static<typeof LoginBodySchema>
export type LoggedIn = Static<typeof LoggedInSchema>
export type UploadedImage = Static<typeof UploadedImageSchema>
export type TokenPayload = Static<typeof TokenPayloadSchema>
