import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** Advice by the code of an error of `listen`. */
const advice: Record<string, string> = {
  EADDRINUSE: 'stop the program that uses it, or set another PORT',
  EACCES: 'set a PORT of 1024 or more, or allow this user the lower ones (CAP_NET_BIND_SERVICE)',
  EADDRNOTAVAIL: 'set HOST to an address of this machine',
  ENOTFOUND: 'set HOST to an address of this machine',
  EAI_AGAIN: 'set HOST to an address of this machine'
}

/** System calls of `listen`. */
const steps = ['listen', 'bind', 'getaddrinfo']

/**
 * Starts a server and lets it listen.
 *
 * @throws {Error} that says in a sentence why it cannot listen, and what to do
 */
export async function listen(app: FastifyInstance, address: { port: number; host: string }): Promise<AddressInfo> {
  try {
    await app.listen(address)
  } catch (error) {
    const { message, code = '', syscall = '' } = error as NodeJS.ErrnoException
    const what = steps.includes(syscall) && advice[code]
    throw what ? new Error(`${message}: ${what}`, { cause: error }) : error
  }
  return app.server.address() as AddressInfo
}

const everyAddress = new Set(['::', '0.0.0.0'])

/** Returns the link that a browser on this machine can open, for an address that the server listens on. */
export function linkTo({ address, family, port }: AddressInfo): string {
  const host = family === 'IPv6' ? `[${address}]` : address
  return `http://${everyAddress.has(address) ? 'localhost' : host}:${port}/`
}
