import { Binary } from 'bson'
import type { Store } from '../store.js'
import type { Collections } from './collections.js'
import { toId } from './ids.js'

type Images = Pick<Store, 'addImage' | 'findImage' | 'hasImage'>

export function createImages({ images }: Pick<Collections, 'images'>): Images {
  return {
    async addImage({ name, ownerId, bytes }) {
      await images.insertOne({ _id: name, ownerId: toId(ownerId), bytes: new Binary(bytes) })
    },
    findImage: async (name) => (await images.findOne({ _id: name }))?.bytes.buffer,
    hasImage: async (name) => (await images.findOne({ _id: name }, { projection: { _id: 1 } })) !== null
  }
}
