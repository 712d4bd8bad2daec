import type { Test } from 'tap'
import type { WithPeople } from './people.js'

export function testImages(t: Test, withPeople: WithPeople): void {
  t.test('an image is kept under its name', async (t) => {
    const { store, ann } = await withPeople(t)
    const bytes = Buffer.from([0, 255, 1])

    await store.addImage({ name: 'x.webp', ownerId: ann._id, bytes })
    t.same(Buffer.from((await store.findImage('x.webp')) as Uint8Array), bytes)
    t.equal(await store.hasImage('x.webp'), true)
    t.equal(await store.findImage('y.webp'), undefined)
    t.equal(await store.hasImage('y.webp'), false)
    await store.close()
  })
}
