import { existsSync } from 'node:fs'
import { type Browser, type BrowserServer, chromium } from 'playwright-core'
import type { Test } from 'tap'
import { type Server, type StartOptions, startServer } from '../server.js'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const endpoint = process.env.CHROMIUM_ENDPOINT
// The machine may be busy with other tests.
const timeoutMs = 110_000
const baseArgs =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'
const launchOptions = (args: string[]) => ({ executablePath, args: [...baseArgs.split(' '), ...args] })

/** Starts a browser that the tests of several files share; undefined without Chromium. */
export async function launchBrowserServer(): Promise<BrowserServer | undefined> {
  return existsSync(executablePath) ? chromium.launchServer(launchOptions([])) : undefined
}

/** Runs a test with a server of its own and a browser; without Chromium it is skipped. With `args` the browser is its own. */
export async function testInChromium(
  t: Test,
  name: string,
  run: (t: Test, browser: Browser, server: Server) => Promise<void>,
  { args = [], ...options }: StartOptions & { args?: string[] } = {}
): Promise<void> {
  const skip = existsSync(executablePath) ? false : `no Chromium at ${executablePath}`
  t.setTimeout(timeoutMs)
  await t.test(name, { skip, timeout: timeoutMs }, async (t) => {
    const server = await startServer(t, options)
    const isShared = endpoint !== undefined && args.length === 0
    const browser = isShared ? await chromium.connect(endpoint) : await chromium.launch(launchOptions(args))
    t.teardown(() => browser.close())
    await run(t, browser, server)
  })
}
