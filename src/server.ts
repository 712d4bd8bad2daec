#!/usr/bin/env node
import closeWithGrace from 'close-with-grace'
import { createApp } from './app.js'
import { loadConfig } from './config.js'

const closeDelayMs = 10_000

// What the server writes is for its own user alone.
process.umask(0o077)

try {
  const { config, unknownKeys } = loadConfig('config.json', process.env)
  for (const key of unknownKeys) console.error(`config.json: nothing reads ${key}`)

  const app = createApp(config)
  closeWithGrace({ delay: closeDelayMs, logger: app.log }, () => app.close())
  const { port, host = config.webSocket.host } = config.app
  await app.listen({ port, host })
  const { port: actualPort } = app.server.address() as { port: number }
  console.log(`Messenger: http://${host || 'localhost'}:${actualPort}/`)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
