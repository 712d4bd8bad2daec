import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import t from 'tap'
import { linkTo, listen } from '../src/listen.js'

t.test('a server that cannot listen says what to do', async (t) => {
  const first = Fastify()
  t.teardown(() => first.close())
  const { port } = await listen(first, { port: 0, host: '127.0.0.1' })
  t.equal((first.server.address() as AddressInfo).port, port)
  const refused = [
    {
      why: 'the port is taken',
      address: { port, host: '127.0.0.1' },
      message: /^listen EADDRINUSE.*, or set another PORT$/
    },
    {
      why: 'it is not an address of this machine',
      address: { port: 0, host: '192.0.2.1' },
      message: /^listen EADDRNOTAVAIL.*: set HOST/
    },
    {
      why: 'the host does not exist',
      address: { port: 0, host: 'nowhere.invalid' },
      message: /^getaddrinfo \w+ nowhere\.invalid: set HOST/
    }
  ]
  for (const { why, address, message } of refused) await t.rejects(listen(Fastify(), address), { message }, why)

  const broken = Fastify()
  broken.register(async () => {
    throw Object.assign(new Error('EACCES: something else'), { code: 'EACCES', syscall: 'open' })
  })
  await t.rejects(listen(broken, { port: 0, host: '127.0.0.1' }), { message: 'EACCES: something else' })
})

t.test('the link is one that a browser on this machine can open', async (t) => {
  const links = [
    { address: '::', family: 'IPv6', link: 'http://localhost:8000/' },
    { address: '0.0.0.0', family: 'IPv4', link: 'http://localhost:8000/' },
    { address: '127.0.0.1', family: 'IPv4', link: 'http://127.0.0.1:8000/' },
    { address: '::1', family: 'IPv6', link: 'http://[::1]:8000/' }
  ]
  for (const { link, ...address } of links) t.equal(linkTo({ ...address, port: 8000 }), link)
})
