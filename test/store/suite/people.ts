import type { Test } from 'tap'
import type { NewUser, Store, StoredUser } from '../../../src/store/store.js'

/** Opens the same store again and again: what was stored the last time is there. */
export type OpenStore = () => Promise<Store>

export interface People {
  store: Store
  open: OpenStore
  ann: StoredUser
  bob: StoredUser
  cid: StoredUser
}

/** Gives a test three people in an empty store of its own. */
export type WithPeople = (t: Test) => Promise<People>

export const account = (name: string): NewUser => ({
  tag: `@${name}`,
  firstName: name,
  lastName: 'Test',
  email: `${name}@test.example`,
  passwordHash: `hash of ${name}`,
  img: 'default.jpg'
})

export async function invitePeople(open: OpenStore): Promise<People> {
  const store = await open()
  const signUp = (name: string) => store.createUser(account(name))
  return { open, store, ann: await signUp('Ann'), bob: await signUp('Bob'), cid: await signUp('Cid') }
}
