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
  // While many connect or begin to send at once, whatever is made outlives a collection or two. V8 would conclude that the lines
  // of code that made it always make what lives long, and put what they make for each message where it seldom collects. Not sooner,
  // because Node compiles its own modules anew when a flag has changed.
  setFlagsFromString('--no-allocation-site-pretenuring')
  // A signal always has a listener: while close-with-grace replaces its own, the next one would end the process by default.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  closeWithGrace({ delay: config.app.closeDelayMs, logger: app.log }, async ({ err, signal }) => {
    if (err) app.log.fatal(err)
    if (signal && process.env.npm_lifecycle_event === 'start') ignoreRepeats(signal)
    await app.close()
  })
  // In one write, because the log's own come later than the link. At every level, because support asks for it first.
  const lines = logLevel === 'silent' ? [] : [describeStart()]
  console.log([...lines, `Messenger: ${linkTo(address)}`].join('\n'))
}

/** A line of the log. */
function describeStart(): string {
  const { pid, version: node } = process
  return JSON.stringify({ level: 30, time: Date.now(), pid, hostname: hostname(), version, node, msg: 'started' })
}

/** A terminal sends Ctrl+C to npm and to the server, and npm passes it on: within half a second it is the same one. */
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

// What the server writes is for its own user alone.
process.umask(0o077)

run(process.argv.slice(2)).catch((error: Error) => {
  // A driver may say it in many lines.
  console.error(error.message.replace(/\s*\n\s*/g, ' '))
  process.exit(1)
})
