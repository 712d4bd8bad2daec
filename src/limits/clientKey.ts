import { isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * Returns what the limits count an address as. An IPv6 address counts as its /64 prefix, because a host chooses the rest itself
 * (RFC 4291, 2.5.1). An IPv4-mapped address counts as IPv4.
 */
export function clientKey(address: string): string {
  if (!isIPv6(address)) return address
  // Node appends a zone, the name of an interface, to a link-local address.
  const parsed = ipaddr.process(address.replace(/%.*/s, ''))
  return 'parts' in parsed ? parsed.parts.slice(0, 4).join(':') : parsed.toString()
}
