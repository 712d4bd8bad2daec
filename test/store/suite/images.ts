import type { Test } from 'tap'
import type { Store } from '../../../src/store/store.js'
import { account, type WithPeople } from './people.js'

const bytes = Buffer.from([0, 255, 1])

/** Returns the pictures that are stored, of some names. */
async function there(store: Store, names: string[]): Promise<string[]> {
  const found = await Promise.all(names.map((name) => store.images.find(name)))
  return names.filter((_, index) => found[index])
}

export function testImages(t: Test, withPeople: WithPeople): void {
  t.test('an image is stored under its name', async (t) => {
    const { store, ann } = await withPeople(t)

    await store.images.add({ name: 'x.webp', ownerId: ann._id, bytes })
    t.same(Buffer.from((await store.images.find('x.webp')) as Uint8Array), bytes)
    t.equal(await store.images.find('y.webp'), undefined)
    await store.close()
  })

  t.test('a user shows only own pictures, and a replaced one is deleted', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    for (const name of ['1.webp', '2.webp']) await store.images.add({ name, ownerId: ann._id, bytes })
    await store.images.add({ name: 'of bob.webp', ownerId: bob._id, bytes })
    const show = (img: string) => store.users.update(ann._id, { img })
    const names = ['1.webp', '2.webp', 'of bob.webp']
    const refusal = { name: 'InvalidParamsError', message: 'is not an uploaded image of this user' }

    t.match(await show('1.webp'), { img: '1.webp' })
    for (const img of ['of bob.webp', 'nothing.webp', '']) {
      await t.rejects(store.users.update(ann._id, { firstName: 'Anna', img }), refusal, img)
    }
    t.match(await store.users.findById(ann._id), { firstName: 'Ann', img: '1.webp' }, 'a refusal changes nothing')
    t.same(await there(store, names), names)
    await store.users.update(ann._id, { firstName: 'Anna' })
    await show('1.webp')
    t.same(await there(store, names), names, 'nothing is replaced')
    t.match(await show('2.webp'), { img: '2.webp' })
    t.same(await there(store, names), ['2.webp', 'of bob.webp'])
    await t.rejects(show('1.webp'), refusal, 'what is gone cannot be shown again')
    await show('default.jpg')
    t.same(await there(store, names), ['of bob.webp'])
    await store.close()
  })

  t.test('a replaced picture stays if another user shows it, as an adopted user may', async (t) => {
    const { store, open } = await withPeople(t)
    const [eva, dan] = [
      await store.users.create({ ...account('Eva'), img: '1.webp' }),
      await store.users.create({ ...account('Dan'), img: '1.webp' })
    ]
    for (const name of ['1.webp', '2.webp', '3.webp']) await store.images.add({ name, ownerId: eva._id, bytes })
    await store.users.update(eva._id, { img: '2.webp' })
    await store.images.add({ name: '4.webp', ownerId: eva._id, bytes }, 1)
    t.same(await there(store, ['1.webp', '2.webp', '3.webp', '4.webp']), ['1.webp', '2.webp', '4.webp'])
    t.match(await store.users.findById(dan._id), { img: '1.webp' })
    await store.users.update(dan._id, { img: 'default.jpg' })
    await store.close()
    const again = await open()
    t.same(await there(again, ['1.webp']), ['1.webp'], 'it is not hers who has let it go')
    await again.images.add({ name: '5.webp', ownerId: eva._id, bytes }, 3)
    t.same(await there(again, ['1.webp', '2.webp', '4.webp', '5.webp']), ['2.webp', '4.webp', '5.webp'])
    await again.close()
  })

  t.test('beyond the quota the oldest pictures of a user are deleted, except shown ones and the newest', async (t) => {
    const { store, ann, bob } = await withPeople(t)
    const names = ['b', 'a', 'd', 'c', 'e'].map((name) => `${name}.webp`)
    await store.images.add({ name: 'of bob.webp', ownerId: bob._id, bytes })
    const add = (name: string, max?: number) => store.images.add({ name, ownerId: ann._id, bytes }, max)
    await add('b.webp')
    await store.users.update(ann._id, { img: 'b.webp' })
    for (const name of ['a.webp', 'd.webp']) await add(name, 3)
    t.same(await there(store, names), ['b.webp', 'a.webp', 'd.webp'])
    await add('c.webp', 3)
    t.same(await there(store, names), ['b.webp', 'd.webp', 'c.webp'])
    await add('e.webp', 1)
    t.same(await there(store, names), ['b.webp', 'e.webp'], 'more than the quota, where there is no other way')
    t.same(await there(store, ['of bob.webp']), ['of bob.webp'])
    await store.close()
  })
}
