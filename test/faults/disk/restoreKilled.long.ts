import t from 'tap'
import { killBackups, killRestores, moments, moreMoments, withoutStrace as skip } from '../../helpers/faults/killIn.js'

t.test('a restore that is killed leaves the former database or the restored one', { skip }, (t) =>
  killRestores(t, [
    { name: 'running', moments: [...moments, ...moreMoments], outcomes: ['@ann', '@ann,@bob'] },
    { name: 'empty', moments, outcomes: ['@ann', 'none'] }
  ])
)

t.test('a backup that is killed is whole or not there', { skip }, (t) => killBackups(t, moments))
