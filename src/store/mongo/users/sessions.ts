import type { ObjectId } from 'bson'
import type { SessionStore } from '../../store.js'
import type { Collections, SessionDocument } from '../collections.js'
import { toId } from '../ids.js'

const maxForgotten = 100
// The clock of this process may be ahead of that of another one, for which a session has still to last.
const graceMs = 86_400_000

export function createSessions({ sessions }: Pick<Collections, 'sessions'>): SessionStore {
  async function endSurplus(userId: ObjectId, newest: ObjectId, maxOfUser: number) {
    const surplus = await sessions
      .find({ userId, _id: { $ne: newest } }, { projection: { _id: 1 } })
      .sort({ expiresAt: -1 })
      .skip(maxOfUser - 1)
      .map(({ _id }) => _id)
      .toArray()
    if (surplus.length > 0) await sessions.deleteMany({ _id: { $in: surplus } })
  }

  async function forgetExpired() {
    const expired = await sessions
      .find({ expiresAt: { $lte: new Date(Date.now() - graceMs) } }, { projection: { _id: 1 } })
      .sort({ expiresAt: 1 })
      .limit(maxForgotten)
      .map(({ _id }) => _id)
      .toArray()
    if (expired.length > 0) await sessions.deleteMany({ _id: { $in: expired } })
  }

  async function add(session: SessionDocument, maxOfUser: number | undefined) {
    await sessions.insertOne(session)
    if (maxOfUser !== undefined) await endSurplus(session.userId, session._id, maxOfUser)
  }

  return {
    async add({ _id, user, expiresAt }, maxOfUser) {
      const session = { _id: toId(_id), userId: toId(user._id), tag: user.tag, expiresAt: new Date(expiresAt) }
      // Those that remain are for a later log-in.
      await Promise.all([add(session, maxOfUser), forgetExpired().catch(() => {})])
    },

    async find(_id) {
      const session = await sessions.findOne({ _id: toId(_id), expiresAt: { $gt: new Date() } })
      if (!session) return undefined
      const { userId, tag, expiresAt } = session
      return { _id, user: { _id: userId.toHexString(), tag }, expiresAt: expiresAt.getTime() }
    },

    async end(_id) {
      await sessions.deleteOne({ _id: toId(_id) })
    }
  }
}
