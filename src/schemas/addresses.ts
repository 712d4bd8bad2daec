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
