import t from 'tap'
import { outlastStop } from '../helpers/faults/stopped.js'

t.test('a server that was stopped for three seconds has lost no message and no connection', (t) =>
  outlastStop(t, 3000, 500)
)
