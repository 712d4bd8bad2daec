import t from 'tap'
import { testInChromium } from '../../helpers/browser/chromium.js'

await testInChromium(t, 'a browser learns why a connection was closed', async (t, browser, server) => {
  const ann = await server.signUp('ann')
  const context = await browser.newContext()
  const [name = '', value = ''] = ann.cookie.split('=')
  await context.addCookies([{ name, value, url: server.url }])
  const page = await context.newPage()
  await page.goto(`${server.url}/example`)

  const refused: { why: string; send: string; times: number; code: number }[] = [
    { why: 'one frame that is slightly too large', send: "' '.repeat(65537)", times: 1, code: 1009 },
    { why: 'a frame that is still on its way', send: "' '.repeat(5_000_000)", times: 1, code: 1009 },
    { why: 'several of them', send: "' '.repeat(300_000)", times: 10, code: 1009 },
    { why: 'binary frames', send: 'new Uint8Array(60_000)', times: 50, code: 1003 }
  ]
  for (const { why, send, times, code } of refused) {
    const codes = await page.evaluate(`Promise.all(Array.from({ length: 10 }, () => new Promise((resolve) => {
      const socket = new WebSocket('${server.url.replace('http', 'ws')}/api')
      socket.onclose = ({ code }) => resolve(code)
      socket.onopen = () => { for (let sent = 0; sent < ${times}; sent++) socket.send(${send}) }
    })))`)
    t.same(codes, Array(10).fill(code), why)
  }
})
