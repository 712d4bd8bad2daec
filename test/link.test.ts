import t from 'tap'
import { linkTo } from '../src/link.js'

t.test('the link for what the server listens on', async (t) => {
  const links = [
    { address: '::', family: 'IPv6', link: 'http://localhost:8000/' },
    { address: '0.0.0.0', family: 'IPv4', link: 'http://localhost:8000/' },
    { address: '127.0.0.1', family: 'IPv4', link: 'http://127.0.0.1:8000/' },
    { address: '::1', family: 'IPv6', link: 'http://[::1]:8000/' }
  ]
  for (const { link, ...address } of links) t.equal(linkTo({ ...address, port: 8000 }), link)
})
