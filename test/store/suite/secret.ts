import type { Test } from 'tap'
import type { WithPeople } from './people.js'

export function testSecret(t: Test, withPeople: WithPeople): void {
  t.test('the token secret is made once', async (t) => {
    const { open, store } = await withPeople(t)
    const secret = await store.loadSecret()
    t.ok(Buffer.from(secret, 'base64url').length >= 32)
    await store.close()
    const reopened = await open()
    t.equal(await reopened.loadSecret(), secret)
    await reopened.close()
    const elsewhere = await withPeople(t)
    t.not(await elsewhere.store.loadSecret(), secret)
    await elsewhere.store.close()
  })
}
