import type { Store } from '../store.js'
import type { Collections } from './collections.js'
import { toId } from './ids.js'

type Sessions = Pick<Store, 'addSession' | 'findSession' | 'endSession'>

/** MongoDB itself deletes those that have expired, a while later. */
export function createSessions({ sessions }: Pick<Collections, 'sessions'>): Sessions {
  return {
    async addSession({ _id, user, expiresAt }) {
      await sessions.insertOne({
        _id: toId(_id),
        userId: toId(user._id),
        tag: user.tag,
        expiresAt: new Date(expiresAt)
      })
    },

    async findSession(_id) {
      const session = await sessions.findOne({ _id: toId(_id), expiresAt: { $gt: new Date() } })
      if (!session) return undefined
      const { userId, tag, expiresAt } = session
      return { _id, user: { _id: userId.toHexString(), tag }, expiresAt: expiresAt.getTime() }
    },

    async endSession(_id) {
      await sessions.deleteOne({ _id: toId(_id) })
    }
  }
}
