import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

const bitsOf: Record<number, number> = { 4: 32, 6: 128 }

/** Splits a list such as `127.0.0.1, 10.0.0.0/8`. */
export function splitAddresses(list: string): string[] {
  return list.split(',').map((part) => part.trim())
}

/** Tells whether each part of a list is an IP address, or a range (CIDR) that is not every address. */
export function isAddressList(list: string): boolean {
  return splitAddresses(list).every(isAddress)
}

function isAddress(text: string): boolean {
  const [, address = '', prefix] = /^([0-9a-f.:]+)(?:\/([1-9]\d{0,2}))?$/i.exec(text) ?? []
  return Number(prefix ?? 1) <= (bitsOf[isIP(address)] ?? 0)
}

/**
 * Makes `X-Forwarded-For` a list of bare addresses, because some proxies add the port of each client, and each port would count as
 * another client. Leaves out everything up to the last entry that is not an address: the proxy that sent it then stands for its client.
 */
export function normalizeForwardedFor(headers: IncomingHttpHeaders): void {
  const list = headers['x-forwarded-for']
  if (list === undefined) return
  const addresses = splitAddresses(String(list)).filter(Boolean).map(withoutPort)
  headers['x-forwarded-for'] = addresses.slice(addresses.lastIndexOf('') + 1).join(', ')
}

/** Returns the address of `192.0.2.1:50000`, `[2001:db8::1]:443` or `2001:db8::1`, and the empty text for another entry. */
function withoutPort(entry: string): string {
  // The repetitions are bounded, because a client may send 16 KiB of digits.
  const [, bracketed, dotted] =
    /^(?:\[([\da-f.:]{2,45})\]|([\da-f:]{0,30}(?:\d{1,3}\.){3}\d{1,3}))(?::\d{1,5})?$/i.exec(entry) ?? []
  const address = bracketed ?? dotted ?? entry
  // A zone (RFC 4007) means something on one machine alone.
  return isIP(address) > 0 && !address.includes('%') ? address : ''
}
