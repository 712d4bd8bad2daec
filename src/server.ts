#!/usr/bin/env node
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import closeWithGrace from 'close-with-grace'
import { createApp } from './app.js'
import { adopt } from './commands/adopt.js'
import { copy } from './commands/copy.js'
import { loadConfig } from './config.js'
import { linkTo } from './link.js'

/** What stands behind the program's name, without which it is the server. */
const commands: Record<string, (args: string[], print: (line: string) => void) => Promise<void>> = { adopt, copy }

const usage = 'Usage: messenger-server, messenger-server copy FROM TO, or messenger-server adopt URL [--images DIR]'

async function run([name, ...args]: string[]): Promise<void> {
  if (name === undefined) return start()
  const command = Object.hasOwn(commands, name) && commands[name]
  // Without what was given, which may be a URL with a password.
  if (!command) throw new Error(`There is no such command. ${usage}`)
  await command(args, console.log)
}

async function start(): Promise<void> {
  const { config, unknownKeys } = loadConfig('config.json', process.env)
  for (const key of unknownKeys) console.error(`config.json: nothing reads ${key}`)

  const app = createApp(config)
  const { port, host = config.webSocket.host } = config.app
  await app.listen({ port, host })
  // While many connect or begin to send at once, whatever is made outlives a collection or two. V8 would conclude that the lines
  // of code that made it always make what lives long, and put what they make for each message where it seldom collects. Not sooner,
  // because Node compiles its own modules anew when a flag has changed.
  setFlagsFromString('--no-allocation-site-pretenuring')
  closeWithGrace({ delay: config.app.closeDelayMs, logger: app.log }, async ({ err, signal }) => {
    if (err) app.log.fatal(err)
    if (signal && process.env.npm_lifecycle_event === 'start') ignoreRepeats(signal)
    await app.close()
  })
  console.log(`Messenger: ${linkTo(app.server.address() as AddressInfo)}`)
}

/** A terminal sends Ctrl+C to npm and to the server, and npm passes it on: within half a second it is the same one. */
function ignoreRepeats(signal: NodeJS.Signals) {
  const listeners = process.listeners(signal)
  const ignore = () => {}
  process.removeAllListeners(signal).on(signal, ignore)
  setTimeout(() => {
    for (const listener of listeners) process.on(signal, listener)
    process.off(signal, ignore)
  }, 500).unref()
}

// What the server writes is for its own user alone.
process.umask(0o077)

run(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})
