import { ObjectId } from 'bson'

/** @param _id 24 hexadecimal digits */
export function toId(_id: string): ObjectId {
  return ObjectId.createFromHexString(_id)
}
