import t from 'tap'
import { methods } from '../../src/rpc/index.js'
import { testInChromium } from '../helpers/browser/chromium.js'
import { openPair } from '../helpers/browser/people.js'

const { findUsers } = methods
const asked: unknown[] = []
let isHeld = false
const waiting: (() => void)[] = []
const release = () => {
  isHeld = false
  for (const go of waiting.splice(0)) go()
}
const slow = {
  ...findUsers,
  call: async (...[params, context]: Parameters<typeof findUsers.call>) => {
    asked.push((params as unknown[])[0])
    if (isHeld) await new Promise<void>((resolve) => waiting.push(resolve))
    return findUsers.call(params, context)
  }
}

await testInChromium(
  t,
  'the search',
  async (t, browser, server) => {
    for (const [tag, firstName, lastName] of [
      ['@jose', 'José', 'Álvarez'],
      ['@josephine', 'Josephine', 'Baker'],
      ['@boa', 'Łucja', 'Øst']
    ]) {
      const email = `${tag?.slice(1)}@x.example`
      const response = await server.post('/signup', { user: { tag, firstName, lastName, email, password: 'secret-1' } })
      t.equal(response.status, 200)
    }
    const [annas, boriss] = await openPair(browser, server.url)
    const { page } = annas
    const field = page.getByLabel('Find people')
    const found = page.getByRole('list', { name: 'People found' }).getByRole('listitem')
    const names = () => found.locator('.row-name').allTextContents()
    const seesNames = async (wanted: string[]) => {
      const deadline = performance.now() + 20_000
      while ((await names()).join() !== wanted.join() && performance.now() < deadline);
      t.same(await names(), wanted)
    }

    const searches = [
      { typed: 'jose', names: ['José Álvarez', 'Josephine Baker'], why: 'by the start of a name, without its accent' },
      { typed: 'ALVAREZ', names: ['José Álvarez'], why: 'by a last name, in any case' },
      { typed: 'josé á', names: ['José Álvarez'], why: 'by both names' },
      { typed: 'lucja', names: ['Łucja Øst'], why: 'without the stroke of a letter' },
      { typed: '@BO', names: ['Boris Berg', 'Łucja Øst'], why: 'by a tag, a contact first' },
      { typed: 'berg', names: ['Boris Berg'], why: 'a contact that the server finds, too, once' },
      { typed: 'anna', names: [], why: 'but never oneself' }
    ]
    for (const { typed, names, why } of searches) {
      await t.test(`finds people ${why}`, async () => {
        await field.fill(typed)
        await seesNames(names)
        if (names.length === 0) await annas.sees(`Nobody was found for “${typed}”.`)
      })
    }

    await t.test('finds contacts before the server has answered', async (t) => {
      isHeld = true
      for (const typed of ['bóris', 'berg bor', '@ori']) {
        await field.fill(typed)
        await found.getByText('Boris Berg').waitFor()
      }
      await field.fill('josep')
      await seesNames([])
      t.equal(await page.getByText('Nobody was found').count(), 0, 'it is not known yet')
      release()
      await seesNames(['Josephine Baker'])
    })

    await t.test('shows no late answer to an abandoned query', async (t) => {
      isHeld = true
      asked.length = 0
      await field.fill('jose')
      await annas.comesTrue('true')
      while (asked.length === 0) await annas.comesTrue('true')
      await field.fill('lucja')
      release()
      await seesNames(['Łucja Øst'])
      t.same(asked, ['jose', 'lucja'])
      isHeld = true
      await field.fill('jose')
      while (asked.length < 3) await annas.comesTrue('true')
      await field.press('Escape')
      release()
      await page.getByRole('list', { name: 'Recent chats' }).waitFor()
      t.equal(await found.count(), 0)
    })

    await t.test('finds contacts without a connection, and asks again with the next one', async () => {
      await annas.context.setOffline(true)
      await annas.sees('You are offline.')
      await field.fill('bor')
      await found.getByText('Boris Berg').waitFor()
      await field.fill('josep')
      await annas.context.setOffline(false)
      await seesNames(['Josephine Baker'])
    })

    t.same([...annas.complaints(), ...boriss.complaints()], [], 'the console is silent')
  },
  { methods: { ...methods, findUsers: slow } }
)
