import { readFileSync } from 'node:fs'
import t from 'tap'
import { findCommand, helpOf } from '../../src/commands/index.js'
import { entry, reportOf, spawnMessenger } from '../helpers/messengerProcess.js'

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
const names = ['backup', 'restore', 'copy', 'adopt']
const secret = 'mongodb://ann:hidden@127.0.0.1/x'

t.test('the program says how it is used, and which version it is', async (t) => {
  const isVersion = new RegExp(`^${version}\n$`)
  const asked = [
    {
      args: ['--help'],
      says: /^Usage:\n {2}messenger-server\n[\s\S]*backup FILE[\s\S]*restore FILE[\s\S]*copy FROM TO[\s\S]*adopt URL/
    },
    { args: ['-h', '--force'], says: /^Usage:\n/ },
    { args: ['backup', '--help'], says: /^Usage: messenger-server backup FILE\n/ },
    { args: ['--version'], says: isVersion },
    { args: ['restore', '-v'], says: isVersion },
    { args: ['-v'], entry, says: isVersion }
  ]
  for (const { says, ...options } of asked) {
    const title = options.args.join(' ')
    const { code, stdout, stderr } = await reportOf(spawnMessenger(t, { dir: t.testdir(), ...options }))
    t.match(stdout, says, title)
    t.same({ code, stderr }, { code: 0, stderr: '' }, title)
  }
  for (const name of names) t.match(helpOf(name), new RegExp(`^Usage: messenger-server ${name} [A-Z].*\n\n.*\\.$`))
})

t.test('unknown arguments are refused with the usage and not repeated', async (t) => {
  const mistakes = [
    { args: ['--port=hidden'], says: /^There is no such option\. Usage: .*backup FILE.*\n$/ },
    { args: ['--'], says: /^There is no such option\. Usage: / },
    { args: [secret, '--help'], says: /^There is no such command\. Usage: .*backup FILE.*\n$/ },
    { args: ['backup', '--hidden', 'x'], says: /^Usage: messenger-server backup FILE\n$/ }
  ]
  for (const { args, says } of mistakes) {
    const { code, stdout, stderr } = await reportOf(spawnMessenger(t, { dir: t.testdir(), args }))
    t.match(stderr, says)
    t.notMatch(stderr, 'hidden')
    t.same({ code, stdout }, { code: 1, stdout: '' }, args.join(' '))
  }
})

t.test('arguments that do not fit a command are refused with its usage, and not repeated', async (t) => {
  const mistakes = [
    { why: 'nothing', args: [] },
    { why: 'an empty argument', args: [''] },
    { why: 'too much', args: [secret, secret, secret] },
    { why: 'an unknown option', args: [secret, '--hidden'] },
    { why: 'an unknown letter', args: ['-x', secret] }
  ]
  for (const name of names) {
    const message = new RegExp(`^Usage: messenger-server ${name} [A-Z]((?!hidden).)*$`)
    const { run } = findCommand(name)
    for (const { why, args } of mistakes) await t.rejects(run(args, t.fail), { message }, `${name}: ${why}`)
  }
})
