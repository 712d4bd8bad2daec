import type { Test } from 'tap'
import type { Store } from '../../../src/store/store.js'
import { account } from '../../store/suite/people.js'

/** Addresses of the users `@n0`, `@n1`, …: the first three are one address today, and so are the next two. */
export const formerEmails = [
  ...['A@b\u00fccher.example', 'a@xn--bcher-kva.example', 'a@b\u00fccher.example.'],
  ...['jos\u00e9@x.example', 'jose\u0301@x.example', 'eve@x.example', 'e<v@a_b', 'bob@b\u00fccher.example']
]

/** Checks that every spelling of an address finds its account and cannot get another one. */
export async function testFormerEmails(t: Test, store: Store): Promise<void> {
  for (const [number, email] of formerEmails.entries()) {
    for (const written of [email, email.toUpperCase()]) {
      t.match(await store.users.findByEmail(written), { tag: `@n${number}`, email }, written)
    }
  }
  const again = [
    'a@B\u00dcCHER.example',
    'a@xn--bcher-kva.example',
    'a@bu\u0308cher.example.',
    'JOSE\u0301@x.example.',
    'bob@xn--bcher-kva.example'
  ]
  for (const email of again) {
    t.match(await store.users.findByEmail(email), { tag: /^@n/ }, email)
    await t.rejects(store.users.create({ ...account('eve'), email }), { message: 'The e-mail is taken.' }, email)
  }
}
