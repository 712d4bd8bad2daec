import t from 'tap'
import { clientKey } from '../../src/limits/clientKey.js'

const clients: { why: string; same: string[]; other: string }[] = [
  { why: 'an IPv4 address counts by itself', same: ['203.0.113.8'], other: '203.0.113.9' },
  {
    why: 'IPv4 in IPv6 is the same client, however it is written',
    same: ['203.0.113.8', '::ffff:203.0.113.8', '::FFFF:cb00:7108', '0:0:0:0:0:ffff:203.0.113.8'],
    other: '::ffff:203.0.113.9'
  },
  {
    why: 'an IPv6 address counts by its first 64 bits',
    same: [
      '2001:db8:1:2::1',
      '2001:DB8:1:2:ffff:ffff:ffff:ffff',
      '2001:0db8:0001:0002::',
      '2001:db8:1:2::ffff:1.2.3.4'
    ],
    other: '2001:db8:1:3::1'
  },
  { why: 'a short prefix', same: ['2001:db8::1', '2001:db8:0:0:1::'], other: '2001:db8:0:1::1' },
  { why: 'groups of zeros in front', same: ['::2:3:4:5:6:7:8', '0:2:3:4::'], other: '1:2:3:4::' },
  { why: 'the own machine', same: ['::1', '::'], other: '127.0.0.1' },
  {
    why: 'a zone is left out',
    same: ['fe80::1', 'fe80::2%eth0', 'fe80::3%1', 'fe80::4%br-0a1b2c', 'fe80::5%eth0.100'],
    other: 'fe80:0:0:1::1%eth0'
  }
]

for (const { why, same, other } of clients) {
  t.test(why, async (t) => {
    t.same(new Set(same.map(clientKey)).size, 1)
    t.not(clientKey(other), clientKey(same[0] as string))
  })
}
