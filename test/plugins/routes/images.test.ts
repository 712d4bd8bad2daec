import sharp from 'sharp'
import t from 'tap'
import { form, picture, red, upload } from '../../helpers/images/pictures.js'
import { startServer } from '../../helpers/server.js'

t.test('a picture of every format becomes upright, square and free of metadata', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  const secret = { IFD0: { Copyright: 'secret place' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 28/1 40/1' } }
  // Orientation 6: the stored left side is the upper side of the upright picture.
  const turned = await picture().withExif(secret).withMetadata({ orientation: 6 }).jpeg().toBuffer()
  t.ok(turned.includes('secret place'))
  const formats = {
    png: Buffer.concat([await picture().png().toBuffer(), Buffer.from('<script>alert(1)</script>')]),
    jpeg: Buffer.concat([turned, Buffer.from('<script>alert(1)</script>')]),
    webp: await picture().webp().toBuffer(),
    gif: await picture().gif().toBuffer()
  }
  for (const [format, bytes] of Object.entries(formats)) {
    const response = await upload(server, ann, form(bytes))
    t.equal(response.status, 200, format)
    const { fileName } = (await response.json()) as { fileName: string }
    t.match(fileName, /^[0-9a-f]{32}\.webp$/)

    const image = await fetch(`${server.url}/img/${fileName}`)
    t.equal(image.headers.get('content-type'), 'image/webp')
    t.equal(image.headers.get('x-content-type-options'), 'nosniff')
    t.equal(image.headers.get('content-security-policy'), "default-src 'none';sandbox")
    t.equal(image.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    const stored = Buffer.from(await image.arrayBuffer())
    t.notOk(stored.includes('secret place') || stored.includes('script'), 'nothing but the picture')
    t.equal((await sharp(stored).metadata()).exif, undefined, 'not even where it was taken')
    const { data, info } = await sharp(stored).raw().toBuffer({ resolveWithObject: true })
    t.match(info, { width: 512, height: 512, channels: 3 })
    const first = Array.from(data.subarray(0, 3)).map((value) => Math.round(value / 255))
    t.same(first, [1, 0, 0], 'red is at the top and left')
    const [x, y] = format === 'jpeg' ? [256, 500] : [500, 256]
    t.ok((data[(y * 512 + x) * 3 + 2] as number) > 200, 'blue is where it belongs')
  }
})

t.test('an uploaded picture can be shown in a profile', async (t) => {
  const server = await startServer(t)
  const ann = await server.signUp('ann')
  const here = await ann.connect()
  const standIn = await fetch(`${server.url}/img/default.jpg`)
  t.equal(standIn.headers.get('content-type'), 'image/jpeg')
  t.match(await sharp(Buffer.from(await standIn.arrayBuffer())).metadata(), { format: 'jpeg', width: 512, height: 512 })

  const photo = {
    width: 640,
    height: 480,
    channels: 3,
    background: red,
    noise: { type: 'gaussian', sigma: 60 }
  } as const
  const response = await upload(server, ann, form(await sharp({ create: photo }).png().toBuffer()))
  const { fileName } = (await response.json()) as { fileName: string }
  t.match(await here.call('setSelfInfo', ['', '', fileName]), { img: fileName })
  t.match(await here.call('setSelfInfo', ['', '', 'default.jpg']), { img: 'default.jpg' }, 'and takes it away again')
})

t.test('invalid uploads are refused', async (t) => {
  const server = await startServer(t, { config: { images: { maxBytes: 10_000, maxPixels: 10_000 } } })
  const ann = await server.signUp('ann')
  const png = await picture().png().toBuffer()
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
  const noise = sharp({ create: { width: 101, height: 100, channels: 3, background: red } })
  const fields = new FormData()
  fields.append('image', 'a text')
  const two = form(png)
  two.append('image', new Blob([png]), 'second.png')
  const multipart = { 'content-type': 'multipart/form-data; boundary=x' }
  const json = { 'content-type': 'application/json' }

  const refused: [why: string, status: number, body: RequestInit['body'], headers?: Record<string, string>][] = [
    ['a text is no image', 415, form(Buffer.from('GIF89a and more'))],
    ['an empty file is no image', 415, form(Buffer.alloc(0))],
    ['an SVG can hold a program', 415, form(Buffer.from(svg))],
    ['a TIFF is none of the four', 415, form(await picture().tiff().toBuffer())],
    ['it is cut off', 415, form(png.subarray(0, png.length / 2))],
    ['it has too many pixels', 413, form(await noise.png().toBuffer())],
    ['it has too many bytes', 413, form(Buffer.alloc(10_001))],
    ['there are two', 400, two],
    ['the field has another name', 400, form(png, 'file')],
    ['the field is no file', 400, fields],
    [
      'the form has no end',
      400,
      '--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nab',
      multipart
    ],
    ['the form has no boundary', 400, 'x', { 'content-type': 'multipart/form-data' }],
    ['it is no form', 400, '{}', json]
  ]
  for (const [why, status, body, headers] of refused) {
    const response = await upload(server, ann, body, { headers })
    t.equal(response.status, status, why)
    t.match(await response.json(), { Error: { name: /Error$/, message: /\.$/ } }, why)
  }
  t.equal((await upload(server, { cookie: '' }, form(png))).status, 401, 'without a session')
  t.equal((await upload(server, ann, form(png))).status, 200)
  for (const name of ['nothing.webp', '..%2Fmessenger.db', 'default.png']) {
    t.equal((await fetch(`${server.url}/img/${name}`)).status, 404, name)
  }
})

t.test('legacy clients get the JSON text of a JSON text, others JSON, with either setting', async (t) => {
  const png = await picture().png().toBuffer()
  for (const legacyWire of [false, true]) {
    const server = await startServer(t, { config: { legacyWire }, dir: t.testdir({ [String(legacyWire)]: {} }) })
    const ann = await server.signUp('ann')
    const legacy = await upload(server, ann, form(png), { path: '/upload-image' })
    t.match(legacy.headers.get('content-type'), /^application\/json/)
    const text = await legacy.text()
    t.match(text, /^"\{\\"fileName\\": \\"[0-9a-f]{32}\.webp\\"\}"$/)
    const { fileName } = JSON.parse(JSON.parse(text))
    t.equal((await fetch(`${server.url}/img/${fileName}`)).status, 200)

    const present = await upload(server, ann, form(png))
    t.match(present.headers.get('content-type'), /^application\/json/)
    t.match(await present.text(), /^\{"fileName":"[0-9a-f]{32}\.webp"\}$/)
  }
})

t.test('a name that a picture cannot have is not searched in the store', async (t) => {
  const server = await startServer(t)
  const searches = t.capture(server.app.db.images, 'find')
  for (const name of ['..%2fconfig.json', '%2e%2e%5cx.webp', 'a%00.webp', 'a%20b.webp', '%25.webp', 'x'.repeat(65)]) {
    t.equal((await fetch(`${server.url}/img/${name}`)).status, 404, name)
  }
  t.same(searches(), [])
})
