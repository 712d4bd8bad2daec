import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { openDevice } from '../helpers/device.js'
import { startMessenger } from '../helpers/messengerProcess.js'
import { startServer } from '../helpers/server.js'

t.test('contacts are notified when a user comes and goes', async (t) => {
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

  const before = Date.now()
  await annThere.close()
  const { body, ...type } = await bobHere.notification()
  t.same(type, { type: 'contactOffline', code: 3100 })
  t.match(body, { loggedOutUserTag: '@ann', lastSeen: Number })
  const { lastSeen } = body as { lastSeen: number }
  t.ok(lastSeen >= before && lastSeen <= Date.now() - 1000, 'when her last connection ended, not when that was told')
  t.match(await bobHere.call('getDialogsList'), [{ userInfo: { tag: '@ann', isOnline: false, lastSeen } }])
  t.same(await cidHere.rest(), [], 'a user without a dialog is not notified')
  t.match(await cidHere.call('findUsersByTag', ['bob']), [{ tag: '@bob', isOnline: true }])
})

t.test('a page reload is not shown as going offline', async (t) => {
  const server = await startServer(t, { config: { presence: { offlineGraceMs: 1_000_000 } } })
  const [ann, bob] = [await server.signUp('ann'), await server.signUp('bob')]
  const bobHere = await bob.connect()
  await bobHere.call('sendMessageToUser', ['@ann', 'we have a dialog'])
  const first = await ann.connect()
  t.match(await bobHere.notification(), { code: 3101 })

  await first.close()
  t.match(await bobHere.call('getDialogsList'), [{ userInfo: { isOnline: true } }])
  const second = await ann.connect()
  t.match(await second.call('getSelfInfo'), { tag: '@ann' })
  t.same(await bobHere.rest(), [])
})

t.test('`lastSeen` survives a restart', async (t) => {
  const server = await startServer(t, { config: { presence: { offlineGraceMs: 1_000_000 } } })
  const [ann, bob, cid] = [await server.signUp('ann'), await server.signUp('bob'), await server.signUp('cid')]
  const before = Date.now()
  await ann.connect()
  const left = await bob.connect()
  await left.close()
  const after = Date.now()
  await server.app.close()

  const again = await startServer(t, { dir: server.dir })
  const cidHere = await openDevice(t, `${again.url.replace('http', 'ws')}/api`, cid.cookie)
  const found = await cidHere.call<{ tag: string; isOnline: boolean; lastSeen: number }[]>('findUsersByTag', [''])
  t.match(found, [
    { tag: '@ann', isOnline: false },
    { tag: '@bob', isOnline: false }
  ])
  const [anns, bobs] = found.map(({ lastSeen }) => lastSeen) as [number, number]
  t.ok(anns >= before && anns <= Date.now(), 'a user who was online until the end')
  t.ok(bobs >= before && bobs <= after, 'a user who had just gone')
})

t.test('a killed server remembers at least when a user came', async (t) => {
  const dir = t.testdir()
  const messenger = await startMessenger(t, { dir })
  const [anns, bobs] = [await messenger.signUp('ann'), await messenger.signUp('bob')]
  const bob = await messenger.connect(bobs)
  await bob.call('sendMessageToUser', ['@ann', 'we have a dialog'])
  await delay(50)
  const before = Date.now()
  await messenger.connect(anns)
  t.match(await bob.notification(), { code: 3101 })
  t.match(await bob.call('sendMessageToUser', ['@ann', 'stored after that']), { status: 'OK' })
  await messenger.end('SIGKILL')

  const again = await startMessenger(t, { dir })
  const [ann] = await (await again.connect(bobs)).call<{ lastSeen: number }[]>('findUsersByTag', ['ann'])
  t.ok(ann && ann.lastSeen >= before, 'not that she has signed up')
})

t.test('`lastSeen` is the sign-up for a user who never connected, and now for a user who is online', async (t) => {
  const server = await startServer(t)
  const before = Date.now()
  const [ann] = [await server.signUp('ann'), await server.signUp('bob')]
  const after = Date.now()
  const annHere = await ann.connect()
  const [bob] = await annHere.call<{ lastSeen: number }[]>('findUsersByTag', ['bob'])
  t.ok(bob && bob.lastSeen >= before && bob.lastSeen <= after)

  await (await server.signUp('cid')).connect()
  const [cid] = await annHere.call<{ lastSeen: number }[]>('findUsersByTag', ['cid'])
  t.ok(cid && cid.lastSeen >= after && cid.lastSeen <= Date.now())
})
