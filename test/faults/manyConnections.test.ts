import t from 'tap'
import { lacksFiles, openMany } from '../helpers/faults/manyConnections.js'

t.test('a thousand connections at once', { skip: lacksFiles(1000) }, (t) => openMany(t, 1000))
