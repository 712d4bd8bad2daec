import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

/** A TCP proxy in front of a server: the cable that one can pull. */
export interface Wire {
  /** `http://127.0.0.1:PORT`, the same for whatever server it leads to. */
  url: string
  /** Leads new connections to another server. */
  leadTo(url: string): void
  /** Ends every connection at once, with what is under way on it. */
  cut(): void
  /** Cuts, and lets nobody connect again until it is plugged in. */
  unplug(): void
  plugIn(): void
  /** Lets clients speak, and hear nothing any more. */
  deafen(): void
  /** Lets nothing through any more, not even an end: both sides believe that they are connected. */
  freeze(): void
}

/** Opens a wire to a server; it is gone with the test. */
export async function openWire(t: Test, url: string): Promise<Wire> {
  let target = new URL(url)
  const ends = new Set<Socket>()
  const fromServer = new Set<Socket>()
  let isFrozen = false
  let isUnplugged = false

  function tie(one: Socket, other: Socket) {
    ends.add(one)
    one.pipe(other)
    // What is wrong with it does not matter: it ends.
    one.on('error', () => {})
    one.on('close', () => {
      ends.delete(one)
      fromServer.delete(one)
      if (!isFrozen) other.destroy()
    })
  }

  const proxy = createServer((near) => {
    if (isUnplugged) return near.destroy()
    const far = connect(Number(target.port), target.hostname)
    tie(near, far)
    tie(far, near)
    fromServer.add(far)
  })
  const cut = () => {
    isFrozen = false
    for (const end of ends) end.destroy()
  }
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  t.teardown(() => {
    cut()
    proxy.close()
  })

  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    leadTo(other) {
      target = new URL(other)
    },
    cut,
    unplug() {
      isUnplugged = true
      cut()
    },
    plugIn() {
      isUnplugged = false
    },
    deafen() {
      for (const end of fromServer) end.unpipe().pause()
    },
    freeze() {
      isFrozen = true
      for (const end of ends) end.unpipe().pause()
    }
  }
}
