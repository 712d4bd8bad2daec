import { ObjectId } from 'bson'

export type UserName = 'ann' | 'bob'

export const users: Record<UserName, { _id: ObjectId; tag: string }> = {
  ann: { _id: new ObjectId('0a'.repeat(12)), tag: '@ann' },
  bob: { _id: new ObjectId('0b'.repeat(12)), tag: '@bob' }
}

export const peerOf = (user: UserName): UserName => (user === 'ann' ? 'bob' : 'ann')
export const identityOf = (user: UserName) => ({ _id: idOf(user), tag: users[user].tag })
export const idOf = (user: UserName) => users[user]._id.toHexString()
