import { setTimeout } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import t from 'tap'
import { entry, startMessenger } from '../../helpers/messengerProcess.js'
import { startMongod, withoutMongod } from '../../helpers/mongod.js'
import { cookieOf } from '../../helpers/server.js'

const maxLooks = 200

t.test(
  'a log-out while MongoDB does not answer holds at once, and is stored later',
  { skip: withoutMongod },
  async (t) => {
    const mongod = await startMongod(t)
    const environment = { DB_URL: `${mongod.url}/messenger`, DB_TIMEOUT_MS: '500' }
    const messenger = await startMessenger(t, { dir: t.testdir(), entry, environment })
    const cookie = await messenger.signUp('ann')
    const tab = await messenger.connect(cookie)

    mongod.freeze()
    const exit = await fetch(`${messenger.url}/exit`, { method: 'POST', headers: { cookie } })
    t.same([exit.status, cookieOf(exit)], [503, 'auth='])
    t.equal((await tab.closed).code, 1008)
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getSelfInfo' })
    const headers = { 'content-type': 'application/json', cookie }
    t.equal((await fetch(`${messenger.url}/rpc`, { method: 'POST', headers, body })).status, 401)

    mongod.thaw()
    const client = await MongoClient.connect(mongod.url)
    t.teardown(() => client.close())
    const sessions = client.db('messenger').collection('sessions')
    let looks = 0
    while ((await sessions.countDocuments()) > 0 && looks++ < maxLooks) await setTimeout(100)
    t.equal(await sessions.countDocuments(), 0)
  }
)
