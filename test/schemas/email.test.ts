import t from 'tap'
import { EmailSchema } from '../../src/schemas/email.js'
import { createCheck } from '../../src/schemas/validate.js'
import { keyOfEmail } from '../../src/store/keys.js'

const check = createCheck(EmailSchema)

const accepted = [
  ...[
    'eve@test.example',
    'Eve.Smith+list@sub.test.example',
    'e@localhost',
    'e@x-1.example',
    'e@1.example',
    "o'neil@x.io"
  ],
  ...['!#$%&*/=?^_`{|}~-@x.io', '.e..v.@x.io', 'ева@почта.example', 'jose\u0301@x.io', '用户@例え。テスト', '👍@❤.ws'],
  ...['eve@نامه\u200cای.example', `e@${'x'.repeat(63)}.io`, `${'e'.repeat(246)}@x.examp`, 'e@x.io.']
]

const refused: [why: string, ...emails: string[]][] = [
  ['it has one @', '', '@', 'eve', 'e@v@e', '@x.io', 'eve@'],
  [
    'signs of other things than the name',
    ...[...'<>()[],;:\\"'].map((sign) => `e${sign}ve@x.io`),
    '"e"@x.io',
    'E <e@x.io>'
  ],
  [
    'blanks',
    ' eve@x.io',
    'eve@x.io ',
    'e ve@x.io',
    'e\u00a0ve@x.io',
    'e\u3000ve@x.io',
    'eve@x\u00a0y.io',
    'eve@x.io\n'
  ],
  [
    'what nobody sees',
    'e\u0000@x.io',
    'e\u007f@x.io',
    'e\u200b@x.io',
    'e\u202e@x.io',
    'e\u00ad@x.io',
    'e\u3164@x.io',
    'e\u034f@x.io'
  ],
  ['what nobody sees in a domain', 'e@x\u00ad.io', 'e@x\u200b.io', 'e@x\u202e.io', 'e@x\u0000.io', 'e@\ufeffx.io'],
  ['half a character', 'e\ud83a@x.io', 'e@x\ud83a.io'],
  ['no domain', 'e@.', 'e@..', 'e@.x', 'e@x..', 'e@a..b', 'e@-x.io', 'e@x-.io', 'e@a_b.io', 'e@[1.2.3.4]', 'e@[::1]'],
  [
    'no domain',
    'e@x.io/y',
    'e@x.io?y',
    'e@x.io#y',
    'e@x:80',
    'e@x%2eio',
    'e@x／y',
    'e@x！y',
    'e@a\u200cb.io',
    'e@\u0301x.io'
  ],
  ['a label of 64', `e@${'x'.repeat(64)}.io`, `e@${'ü'.repeat(63)}.io`],
  ['255 characters', `${'e'.repeat(247)}@x.examp`]
]

const same: [why: string, ...emails: string[]][] = [
  ['case', 'eve@test.example', 'EVE@Test.EXAMPLE'],
  [
    'an international domain',
    'a@bücher.example',
    'a@xn--bcher-kva.example',
    'A@XN--BCHER-KVA.Example',
    'a@BÜCHER.example.'
  ],
  [
    'its signs',
    'a@bücher.example',
    'a@bu\u0308cher.example',
    'a@ｂücher．example',
    'a@bücher。example',
    'a@bücher.example。'
  ],
  ['sharp s', 'a@straße.example', 'a@STRAẞE.example', 'a@xn--strae-oqa.example'],
  ['the form of the name', 'jos\u00e9@x.io', 'jose\u0301@x.io', 'JOS\u00c9@x.io', 'JOSE\u0301@x.io.'],
  ['what is not an address', 'jos\u00e9', 'JOSE\u0301'],
  ['a domain that is not one', 'jos\u00e9@a_b', 'JOSE\u0301@A_B']
]

const others = [
  'strasse@x.io',
  'straße@x.io',
  'a@strasse.example',
  'a@straße.example',
  'a+b@x.io',
  'a@x.io',
  'a@x.io/y',
  'jose@x.io'
]

t.test('e-mail addresses are accepted', async (t) => {
  for (const email of accepted) t.same(check(email), [], email)
})

t.test('texts that are not e-mail addresses are refused', async (t) => {
  for (const [why, ...emails] of refused)
    for (const email of emails)
      t.match(check(email), [{ path: '', message: String }], `${why}: ${JSON.stringify(email)}`)
})

t.test('spellings of one address are equal, different addresses are not', async (t) => {
  for (const [why, first, ...emails] of same)
    for (const email of emails) t.equal(keyOfEmail(email), keyOfEmail(first as string), `${why}: ${email}`)
  t.equal(new Set(others.map(keyOfEmail)).size, others.length)
})
