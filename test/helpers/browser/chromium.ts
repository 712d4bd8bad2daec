import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import type { Test } from 'tap'
import { type Server, type StartOptions, startServer } from '../server.js'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
// The machine may be busy with other tests.
const timeoutMs = 110_000
const args =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

/** Runs a test with a browser and a server of its own; without Chromium it is skipped. `args` are further ones of the browser. */
export async function testInChromium(
  t: Test,
  name: string,
  run: (t: Test, browser: Browser, server: Server) => Promise<void>,
  { args: more = [], ...options }: StartOptions & { args?: string[] } = {}
): Promise<void> {
  const skip = existsSync(executablePath) ? false : `no Chromium at ${executablePath}`
  t.setTimeout(timeoutMs)
  await t.test(name, { skip, timeout: timeoutMs }, async (t) => {
    const server = await startServer(t, options)
    const browser = await chromium.launch({ executablePath, args: [...args.split(' '), ...more] })
    t.teardown(() => browser.close())
    await run(t, browser, server)
  })
}
