import type { Test } from 'tap'
import { AppError } from '../../../src/errors.js'
import type { StoredUser } from '../../../src/store/records.js'
import { account, type WithPeople } from './people.js'

export function testUsers(t: Test, withPeople: WithPeople): void {
  t.test('users are found by id, tag and e-mail, in any case', async (t) => {
    const { store, ann } = await withPeople(t)

    t.same(ann, { ...account('Ann'), _id: ann._id })
    t.match(ann._id, /^[0-9a-f]{24}$/)
    t.same(await store.users.findById(ann._id), ann)
    t.same(await store.users.findByEmail('ANN@test.example'), ann)
    t.same(await store.users.findByTag('@aNN'), { _id: ann._id, tag: '@Ann' })
    t.same(await store.users.findByTag('@Ann'), { _id: ann._id, tag: '@Ann' }, 'a second time')
    for (const nobody of ['0'.repeat(24), 'x', '']) t.equal(await store.users.findById(nobody), undefined, nobody)
    t.equal(await store.users.findByEmail('ann'), undefined)
    for (const nobody of ['@an', 'Ann', '', '@']) t.equal(await store.users.findByTag(nobody), undefined, nobody)
    await store.close()
  })

  t.test('a tag and an e-mail belong to one user', async (t) => {
    const { store } = await withPeople(t)
    const taken = [
      { user: { ...account('Eve'), tag: '@ANN' }, refusal: new AppError('conflict', 'The tag is taken.') },
      {
        user: { ...account('Eve'), email: 'Ann@Test.Example' },
        refusal: new AppError('conflict', 'The e-mail is taken.')
      }
    ]
    for (const { user, refusal } of taken) await t.rejects(store.users.create(user), refusal)
    const twins = await Promise.allSettled([store.users.create(account('Eve')), store.users.create(account('eve'))])
    t.same(twins.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], 'of two at once one is the first')
    await store.close()
  })

  t.test('a search by a part of the tag finds users', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    for (const name of ['Hannah', 'joanna', 'ann_2', 'otto']) await store.users.create(account(name))
    const find = async (part: string, except: StoredUser, limit = 30) =>
      (await store.users.searchByTag(part, except._id, limit)).map(({ tag }) => tag)

    t.same(await find('aNN', bob), ['@Ann', '@ann_2', '@Hannah', '@joanna'], 'those that begin with it are first')
    t.same(await find('ann', ann), ['@ann_2', '@Hannah', '@joanna'], 'never the one who asks')
    t.same(await find('ann', bob, 3), ['@Ann', '@ann_2', '@Hannah'])
    t.same(await find('ann', bob, 2), ['@Ann', '@ann_2'])
    t.same(await find('', bob), ['@Ann', '@ann_2', '@Cid', '@Hannah', '@joanna', '@otto'], 'everybody')
    t.same(await find('o', ann), ['@otto', '@Bob', '@joanna'], 'each once')
    for (const sign of ['%', '*', '.*', '?', '^', '[', '\\', "'", '"', "' OR '1'='1", '\0', '{"$ne":""}']) {
      t.same(await find(sign, bob), [], `no wildcard: ${JSON.stringify(sign)}`)
    }
    t.same(await find('_', bob), ['@ann_2'])
    const [info] = await store.users.searchByTag('cid', ann._id, 1)
    t.same(Object.keys(info as object).sort(), ['_id', 'firstName', 'img', 'lastName', 'lastSeen', 'tag'])
    await store.close()
  })

  t.test('a change of a user leaves the other fields', async (t) => {
    const { store, ann } = await withPeople(t)

    const { _id, tag, lastName, img } = ann
    t.same(await store.users.update(_id, { firstName: 'Anna' }), { _id, tag, firstName: 'Anna', lastName, img })
    await store.images.add({ name: 'x.webp', ownerId: _id, bytes: Buffer.from('x') })
    t.same(await store.users.update(_id, { lastName: 'Lee', img: 'x.webp' }), {
      _id,
      tag,
      firstName: 'Anna',
      lastName: 'Lee',
      img: 'x.webp'
    })
    t.match(await store.users.findById(_id), { firstName: 'Anna', lastName: 'Lee', img: 'x.webp', email: ann.email })
    await store.close()
  })

  t.test('a new hash of a password replaces the old one', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    await store.users.setPasswordHash(ann._id, 'another hash')
    t.same(await store.users.findById(ann._id), { ...ann, passwordHash: 'another hash' })
    t.same(await store.users.findById(bob._id), bob)
    await store.close()
  })

  t.test('the time when a user was last seen is stored', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    await store.users.setLastSeen(ann._id, 1_000_000)
    t.match(await store.users.searchByTag('ann', bob._id, 1), [{ lastSeen: 1_000_000 }])
    const [cid] = await store.users.searchByTag('cid', bob._id, 1)
    t.ok(cid && cid.lastSeen > 1_000_000 && cid.lastSeen <= Date.now(), 'until then it is the sign-up')
    await store.close()
  })
}
