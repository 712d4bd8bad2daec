import type { Test } from 'tap'
import type { WithPeople } from './people.js'

const id = (digit: string) => digit.repeat(24)

export function testSessions(t: Test, withPeople: WithPeople): void {
  t.test('a session lasts until it ends or expires, and survives a restart', async (t) => {
    const { open, store, ann, bob } = await withPeople(t)
    const [anns, bobs] = [ann, bob].map(({ _id, tag }) => ({ _id, tag })) as [typeof ann, typeof bob]
    const session = { _id: id('1'), user: anns, expiresAt: Date.now() + 60_000 }
    await store.sessions.add(session)
    await store.sessions.add({ ...session, _id: id('2') })
    await store.sessions.add({ _id: id('3'), user: bobs, expiresAt: Date.now() - 1 })

    t.same(await store.sessions.find(id('1')), session)
    t.equal(await store.sessions.find(id('3')), undefined, 'it has expired')
    t.equal(await store.sessions.find(id('4')), undefined, 'there is none')
    await store.sessions.end(id('1'))
    await store.sessions.end(id('4'))
    t.equal(await store.sessions.find(id('1')), undefined, 'it has ended')
    await store.close()

    const reopened = await open()
    t.equal(await reopened.sessions.find(id('1')), undefined)
    t.same(await reopened.sessions.find(id('2')), { ...session, _id: id('2') })
    await reopened.close()
  })

  t.test('beyond the limit, the sessions of a user that expire first end, except the newest', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    const now = Date.now()
    const add = (digit: string, { _id, tag }: typeof ann, minutes: number, max?: number) =>
      store.sessions.add({ _id: id(digit), user: { _id, tag }, expiresAt: now + minutes * 60_000 }, max)
    const alive = async () => {
      const found = await Promise.all([...'123456789'].map((digit) => store.sessions.find(id(digit))))
      return found.map((session) => session?._id[0] ?? '').join('')
    }
    await add('9', bob, 1, 3)
    await add('1', ann, 20, 3)
    await add('2', ann, 10, 3)
    await add('3', ann, 30, 3)
    t.equal(await alive(), '1239')
    await add('4', ann, 40, 3)
    t.equal(await alive(), '1349')
    await add('5', ann, 5, 3)
    t.equal(await alive(), '3459', 'the newest is there, though it is the first to expire')
    await add('6', ann, 60)
    await add('7', ann, 50)
    t.equal(await alive(), '345679', 'without a limit all of them are')
    await add('8', ann, 70, 1)
    t.equal(await alive(), '89')
    await store.close()
  })
}
