import t from 'tap'
import { form, picture, upload } from '../../helpers/images/pictures.js'
import { type Person, startServer } from '../../helpers/server.js'

t.test('a new picture replaces the last one, and a user shows only own pictures', async (t) => {
  const server = await startServer(t, { config: { images: { maxPerUser: 3 } } })
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const [anns, bobs] = [await ann.connect(), await bob.connect()]
  const png = await picture().png().toBuffer()
  const add = async (person: Person) => {
    const response = await upload(server, person, form(png))
    return ((await response.json()) as { fileName: string }).fileName
  }
  const statusOf = async (name: string) => (await fetch(`${server.url}/img/${name}`)).status
  const [first, second] = [await add(ann), await add(ann)]

  t.match(await bobs.refusal('setSelfInfo', ['', '', first]), { code: -32602, data: { path: '/img' } }, 'it is of ann')
  await anns.call('setSelfInfo', ['', '', first])
  t.same([await statusOf(first), await statusOf(second)], [200, 200])
  await anns.call('setSelfInfo', ['Anna', '', second])
  t.same([await statusOf(first), await statusOf(second)], [404, 200])

  const more = [await add(ann), await add(ann), await add(ann)]
  t.same(await Promise.all([second, ...more].map(statusOf)), [200, 404, 200, 200])
  await anns.call('setSelfInfo', ['', '', 'default.jpg'])
  t.equal(await statusOf(second), 404)
})

t.test('a quota of 0 is not a limit', async (t) => {
  const server = await startServer(t, { config: { images: { maxPerUser: 0 } } })
  const ann = await server.signUp('ann')
  const png = await picture().png().toBuffer()
  const responses = [await upload(server, ann, form(png)), await upload(server, ann, form(png))]
  for (const response of responses) {
    const { fileName } = (await response.json()) as { fileName: string }
    t.equal((await fetch(`${server.url}/img/${fileName}`)).status, 200)
  }
})
