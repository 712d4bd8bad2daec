import t from 'tap'
import { lacksFiles, openMany } from '../helpers/faults/manyConnections.js'

t.test('ten thousand connections at once', { skip: lacksFiles(10_000) }, (t) => openMany(t, 10_000))
