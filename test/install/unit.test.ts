import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { unit } from '../helpers/install/unit.js'

const skip = spawnSync('systemd-analyze', ['--version']).error && 'The unit was not checked: no systemd-analyze.'

t.test('systemd accepts the unit of docs/operation.md', { skip }, async (t) => {
  const verify = (text: string) => {
    const file = join(t.testdir(), 'messenger.service')
    // systemd looks for the program, which has another path on some machines.
    writeFileSync(file, text.replace('/usr/bin/node', process.execPath))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file])
    return { status, complaints: String(stderr) }
  }
  t.same(verify(unit), { status: 0, complaints: '' })
  t.match(verify(unit.replace('Restart=always', 'Restart=ever')), { complaints: /restart/ })
})
