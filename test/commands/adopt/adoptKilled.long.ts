import t from 'tap'
import { endAdoptions } from '../../helpers/commands/adoptKilled.js'
import { useMongo, withoutMongo } from '../../helpers/mongod.js'

t.test('an adoption that ends at any third write is completed by the next run', { skip: withoutMongo }, async (t) =>
  endAdoptions(t, await useMongo(t), 3)
)
