import type { Filter, Sort } from 'mongodb'
import type { SessionStore } from '../../store.js'
import type { Collections, SessionDocument } from '../collections.js'
import { toId } from '../ids.js'

const maxForgotten = 100
// The clock of another process may be behind: there, the session has not expired yet.
const graceMs = 86_400_000

export function createSessions({ sessions }: Pick<Collections, 'sessions'>): SessionStore {
  async function remove(filter: Filter<SessionDocument>, sort: Sort, range: { skip?: number; limit?: number }) {
    const found = await sessions.find(filter, { projection: { _id: 1 }, sort, ...range }).toArray()
    if (found.length > 0) await sessions.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } })
  }

  async function add(session: SessionDocument, maxOfUser: number | undefined) {
    await sessions.insertOne(session)
    const { _id, userId } = session
    if (maxOfUser !== undefined) await remove({ userId, _id: { $ne: _id } }, { expiresAt: -1 }, { skip: maxOfUser - 1 })
  }

  function removeExpired() {
    const expired = { expiresAt: { $lte: new Date(Date.now() - graceMs) } }
    return remove(expired, { expiresAt: 1 }, { limit: maxForgotten })
  }

  return {
    async add({ _id, user, expiresAt }, maxOfUser) {
      const session = { _id: toId(_id), userId: toId(user._id), tag: user.tag, expiresAt: new Date(expiresAt) }
      // A later log-in removes the expired sessions that remain.
      await Promise.all([add(session, maxOfUser), removeExpired().catch(() => {})])
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
