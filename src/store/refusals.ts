import { AppError } from '../errors.js'

/** The refusals of every store, in the same words. */
export const refusals = {
  tagTaken: () => new AppError('conflict', 'The tag is taken.'),
  emailTaken: () => new AppError('conflict', 'The e-mail is taken.'),
  unknownReceiver: () => new AppError('invalidParams', 'is the tag of nobody', { path: '/receiverTag' }),
  foreignImage: () => new AppError('invalidParams', 'is not an uploaded image of this user', { path: '/img' }),
  otherMessage: () =>
    new AppError('conflict', 'This clientMessageId belongs to another message.', { path: '/clientMessageId' }),
  foreignCursor: () =>
    new AppError('invalidParams', 'is no cursor of this server: load everything anew', { path: '/cursor' })
}
