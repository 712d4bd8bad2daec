import t from 'tap'
import { openMongoStore } from '../../../src/store/mongo/index.js'
import { useMongo, withoutMongo } from '../../mongod.js'
import { testStore } from '../suite/index.js'

const options = { timeoutMs: 5000, onNotice: () => {} }

t.test('MongoDB', { skip: withoutMongo }, async (t) => {
  const newDatabase = await useMongo(t)
  testStore(t, (t) => {
    const url = newDatabase(t)
    return () => openMongoStore(url, options)
  })
})
