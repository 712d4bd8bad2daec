import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { splitAddresses } from '../../schemas/addresses.js'

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
