import { once } from 'node:events'
import t from 'tap'
import { form, picture, upload } from '../../helpers/images/pictures.js'
import { openSocket } from '../../helpers/rawHttp.js'
import { type Person, type Server, startServer } from '../../helpers/server.js'

/** Begins an upload that never ends; `answer` resolves if the server does not wait for it. */
async function beginUpload({ url }: Server, { cookie }: Person) {
  const socket = await openSocket(url)
  const head = ['POST /upload-image HTTP/1.1', 'Host: x', `Cookie: ${cookie}`, 'Content-Length: 1000000']
  socket.write(`${head.join('\r\n')}\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n`)
  return { socket, answer: once(socket, 'data').then(([bytes]) => ({ socket, text: String(bytes) })) }
}

const crowds: { why: string; images: Record<string, number>; names: string[]; next: string }[] = [
  { why: 'this user', images: { maxUploadsAtOncePerUser: 2 }, names: ['ann', 'ann', 'ann'], next: 'ann' },
  {
    why: 'all users',
    images: { maxRunning: 1, maxWaiting: 1, maxUploadsAtOncePerUser: 0 },
    names: ['ann', 'ann', 'ann'],
    next: 'bob'
  }
]
for (const { why, images, names, next } of crowds) {
  t.test(`uploads at the same time: ${why}`, async (t) => {
    const server = await startServer(t, { config: { images } })
    const people: Record<string, Person> = { ann: await server.signUp('ann'), bob: await server.signUp('bob') }
    const png = await picture().png().toBuffer()
    const statusOfNext = async () => (await upload(server, people[next] as Person, form(png))).status

    const begun = await Promise.all(names.map((name) => beginUpload(server, people[name] as Person)))
    const refused = await Promise.race(begun.map(({ answer }) => answer))
    t.match(refused.text, /^HTTP\/1.1 429 .*retry-after: 1\r\n/s)
    t.match(refused.text, `"Too many uploads of ${why} at once."`)
    t.equal(await statusOfNext(), 429)

    const [one, other] = begun.map(({ socket }) => socket).filter((socket) => socket !== refused.socket)
    one?.destroy()
    let status = 429
    while (status === 429) status = await statusOfNext()
    t.equal(status, 200, 'when the client of one has gone')
    t.equal(await statusOfNext(), 200, 'one that is over does not count')
    for (const socket of [other, refused.socket]) socket?.destroy()
  })
}
