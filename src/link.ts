import type { AddressInfo } from 'node:net'

const everyAddress = new Set(['::', '0.0.0.0'])

/** The link that a browser on this machine can open, for an address that the server listens on. */
export function linkTo({ address, family, port }: AddressInfo): string {
  const host = family === 'IPv6' ? `[${address}]` : address
  return `http://${everyAddress.has(address) ? 'localhost' : host}:${port}/`
}
