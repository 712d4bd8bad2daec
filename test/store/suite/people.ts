import type { Test } from 'tap'
import type { NewUser, StoredUser } from '../../../src/store/records.js'
import type { Store, StoreObserver } from '../../../src/store/store.js'

/** Opens the same store again, with its content. */
export type OpenStore = (observer?: StoreObserver) => Promise<Store>

export interface People {
  store: Store
  open: OpenStore
  ann: StoredUser
  bob: StoredUser
  cid: StoredUser
}

/** Runs a test with three people in an empty store of its own. */
export type WithPeople = (t: Test, observer?: StoreObserver) => Promise<People>

export const account = (name: string): NewUser => ({
  tag: `@${name}`,
  firstName: name,
  lastName: 'Test',
  email: `${name}@test.example`,
  passwordHash: `hash of ${name}`,
  img: 'default.jpg'
})

export async function invitePeople(open: OpenStore, observer?: StoreObserver): Promise<People> {
  const store = await open(observer)
  const signUp = (name: string) => store.users.create(account(name))
  return { open, store, ann: await signUp('Ann'), bob: await signUp('Bob'), cid: await signUp('Cid') }
}
