import t from 'tap'
import { startServer } from '../server.js'

t.test('contacts are told when somebody comes and goes', async (t) => {
  const server = await startServer(t)
  const [ann, bob, cid] = [await server.signUp('ann'), await server.signUp('bob'), await server.signUp('cid')]
  const bobHere = await bob.connect()
  const cidHere = await cid.connect()
  await bobHere.call('sendMessageToUser', ['@ann', 'we have a dialog'])

  const annHere = await ann.connect()
  t.same(await bobHere.notification(), { type: 'contactOnline', code: 3101, body: { loggedInUserTag: '@ann' } })
  const annThere = await ann.connect()
  await annHere.close()
  t.same(await bobHere.rest(), [], 'with a second connection, ann neither comes nor goes')
  t.match(await bobHere.call('getDialogsList'), [{ userInfo: { tag: '@ann', isOnline: true } }])

  await annThere.close()
  t.match(await bobHere.notification(), {
    type: 'contactOffline',
    code: 3100,
    body: { loggedOutUserTag: '@ann', lastSeen: Number }
  })
  t.match(await bobHere.call('getDialogsList'), [{ userInfo: { tag: '@ann', isOnline: false } }])
  t.same(await cidHere.rest(), [], 'who has no dialog with her is told nothing')
  t.match(await cidHere.call('findUsersByTag', ['bob']), [{ tag: '@bob', isOnline: true }])
})
