import type { ObjectId } from 'bson'
import type { Store } from '../store.js'
import type { Collections } from './collections.js'
import { toId } from './ids.js'

type Sessions = Pick<Store, 'addSession' | 'findSession' | 'endSession'>

/** MongoDB itself deletes those that have expired, a while later. */
export function createSessions({ sessions }: Pick<Collections, 'sessions'>): Sessions {
  async function endSurplus(userId: ObjectId, newest: ObjectId, maxOfUser: number) {
    const surplus = await sessions
      .find({ userId, _id: { $ne: newest } }, { projection: { _id: 1 } })
      .sort({ expiresAt: -1 })
      .skip(maxOfUser - 1)
      .map(({ _id }) => _id)
      .toArray()
    if (surplus.length > 0) await sessions.deleteMany({ _id: { $in: surplus } })
  }

  return {
    async addSession({ _id, user, expiresAt }, maxOfUser) {
      const session = { _id: toId(_id), userId: toId(user._id), tag: user.tag, expiresAt: new Date(expiresAt) }
      await sessions.insertOne(session)
      if (maxOfUser !== undefined) await endSurplus(session.userId, session._id, maxOfUser)
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
