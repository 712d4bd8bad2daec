import type { Test } from 'tap'
import type { WithPeople } from './people.js'

const id = (digit: string) => digit.repeat(24)

export function testSessions(t: Test, withPeople: WithPeople): void {
  t.test('a session is there until it ends or expires, and outlives the process', async (t) => {
    const { open, store, ann, bob } = await withPeople(t)
    const [anns, bobs] = [ann, bob].map(({ _id, tag }) => ({ _id, tag })) as [typeof ann, typeof bob]
    const session = { _id: id('1'), user: anns, expiresAt: Date.now() + 60_000 }
    await store.addSession(session)
    await store.addSession({ ...session, _id: id('2') })
    await store.addSession({ _id: id('3'), user: bobs, expiresAt: Date.now() - 1 })

    t.same(await store.findSession(id('1')), session)
    t.equal(await store.findSession(id('3')), undefined, 'it has expired')
    t.equal(await store.findSession(id('4')), undefined, 'there is none')
    await store.endSession(id('1'))
    await store.endSession(id('4'))
    t.equal(await store.findSession(id('1')), undefined, 'it has ended')
    await store.close()

    const reopened = await open()
    t.equal(await reopened.findSession(id('1')), undefined)
    t.same(await reopened.findSession(id('2')), { ...session, _id: id('2') })
    await reopened.close()
  })
}
