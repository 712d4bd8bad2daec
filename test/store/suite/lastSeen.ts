import type { Test } from 'tap'
import type { WithPeople } from './people.js'

export function testLastSeen(t: Test, withPeople: WithPeople): void {
  t.test('`noteLastSeen` is stored with the next write, or within a second', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    const seen = async () => (await store.users.searchByTag('ann', bob._id, 1))[0]?.lastSeen
    await store.users.noteLastSeen(ann._id, 1000)
    t.equal(await seen(), 1000)

    const noted = store.users.noteLastSeen(ann._id, 2000)
    await store.users.setLastSeen(ann._id, 3000)
    await noted
    t.equal(await seen(), 3000, 'what is told later is later')
    await store.close()
  })
}
