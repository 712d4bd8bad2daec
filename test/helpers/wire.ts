import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Transform } from 'node:stream'
import type { Test } from 'tap'

/** A TCP proxy in front of a server that can be cut like a cable. */
export interface Wire {
  /** `http://127.0.0.1:PORT`, which `leadTo` does not change. */
  url: string
  /** Leads new connections to another server. */
  leadTo(url: string): void
  /** Ends every connection at once. Bytes on the way are lost. */
  cut(): void
  /** Cuts the connection that carries the byte of this number from now on. */
  cutInReply(afterBytes: number): void
  /** Ends every connection and refuses new ones until `plugIn`. */
  unplug(): void
  plugIn(): void
  /** Passes on the bytes of clients, but none of the server. */
  deafen(): void
  /** Passes on nothing, not even an end: both sides believe that they are connected. */
  freeze(): void
}

interface WireOptions {
  /** Called with both ends of each connection before the first byte. */
  onConnection?(near: Socket, far: Socket): void
  /** Bytes of the server wait for this promise. */
  hold?(far: Socket): Promise<void> | undefined
}

/** Opens a wire to a server. It closes with the test. */
export async function openWire(
  t: Pick<Test, 'teardown'>,
  url: string,
  { onConnection, hold }: WireOptions = {}
): Promise<Wire> {
  let target = new URL(url)
  const ends = new Set<Socket>()
  const fromServer = new Set<Socket>()
  let isFrozen = false
  let isUnplugged = false
  let bytesUntilCut = Number.POSITIVE_INFINITY

  function scissors(far: Socket) {
    return new Transform({
      async transform(chunk: Buffer, _, pass) {
        await hold?.(far)
        bytesUntilCut -= chunk.length
        if (bytesUntilCut >= 0) return pass(null, chunk)
        this.push(chunk.subarray(0, bytesUntilCut))
        bytesUntilCut = Number.POSITIVE_INFINITY
        // The first part has to arrive.
        setImmediate(() => far.destroy())
      }
    })
  }

  function tie(one: Socket, other: Socket, through?: Transform) {
    ends.add(one)
    if (through) one.pipe(through).pipe(other)
    else one.pipe(other)
    // The event `close` follows any error.
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
    onConnection?.(near, far)
    tie(near, far)
    tie(far, near, scissors(far))
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
    cutInReply(afterBytes) {
      bytesUntilCut = afterBytes
    },
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
