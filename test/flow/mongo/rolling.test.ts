import t from 'tap'
import { restartInTurn } from '../../helpers/flow/rolling.js'
import { withoutMongo } from '../../helpers/mongod.js'

t.test('two processes restart in turn, twice, under load', { skip: withoutMongo }, (t) => restartInTurn(t, 2))
