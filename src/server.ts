#!/usr/bin/env node
import { hostname } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import closeWithGrace from 'close-with-grace'
import { createApp } from './app.js'
import { findCommand, helpOf } from './commands/index.js'
import { readSettings } from './commands/settings.js'
import { linkTo, listen } from './listen.js'
import { version } from './package.js'

async function run(args: string[]): Promise<void> {
  const [name, ...others] = args
  const has = (...flags: string[]) => args.some((arg) => flags.includes(arg))
  if (has('--help', '-h')) return console.log(helpOf(args.find((arg) => !arg.startsWith('-'))))
  if (has('--version', '-v')) return console.log(version)
  if (name === undefined) return start()
  await findCommand(name).run(others, console.log)
}

async function start(): Promise<void> {
  const config = readSettings()
  const app = createApp(config)
  const { port, host = config.webSocket.host, logLevel } = config.app
  const address = await listen(app, { port, host })
  // While many clients connect at once, objects survive several collections. V8 would conclude that their code always makes objects that
  // live long, and put those of each message into the old generation. Set after the start, because Node compiles its own modules
  // again when a flag has changed.
  setFlagsFromString('--no-allocation-site-pretenuring')
  // Without a listener, a signal would end the process while close-with-grace replaces its own.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  closeWithGrace({ delay: config.app.closeDelayMs, logger: app.log }, async ({ err, signal }) => {
    if (err) app.log.fatal(err)
    if (signal && process.env.npm_lifecycle_event === 'start') ignoreRepeats(signal)
    await app.close()
  })
  // One write, because the log writes later than the console. At every level, because support asks for the version first.
  const lines = logLevel === 'silent' ? [] : [describeStart()]
  console.log([...lines, `Messenger: ${linkTo(address)}`].join('\n'))
}

/** Returns a log line. */
function describeStart(): string {
  const { pid, version: node } = process
  return JSON.stringify({ level: 30, time: Date.now(), pid, hostname: hostname(), version, node, msg: 'started' })
}

/** Ignores repeats for half a second: a terminal sends Ctrl+C to npm and to the server, and npm passes it on. */
function ignoreRepeats(signal: NodeJS.Signals) {
  const listeners = process.listeners(signal)
  const ignore = () => {}
  process.on(signal, ignore)
  for (const listener of listeners) process.off(signal, listener)
  setTimeout(() => {
    for (const listener of listeners) process.on(signal, listener)
    process.off(signal, ignore)
  }, 500).unref()
}

// Files that the server writes are for its own user alone.
process.umask(0o077)

run(process.argv.slice(2)).catch((error: Error) => {
  // A driver's message may have many lines.
  console.error(error.message.replace(/\s*\n\s*/g, ' '))
  process.exit(1)
})
