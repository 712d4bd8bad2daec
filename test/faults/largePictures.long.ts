import { writeFileSync } from 'node:fs'
import sharp from 'sharp'
import t from 'tap'
import { mebibyte } from '../helpers/faults/observe.js'
import { form } from '../helpers/images/pictures.js'
import { memoryOf } from '../helpers/memory.js'
import { entry, startMessenger } from '../helpers/messengerProcess.js'

/** Makes a JPEG of which a decoder keeps as much as possible: progressive, turned, in full colours. */
const strip = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'green' } })
    .withMetadata({ orientation: 6 })
    .jpeg({ progressive: true, chromaSubsampling: '4:4:4' })
    .toBuffer()

const pictures = [
  { why: 'photos', width: 5000, height: 5000 },
  { why: 'long strips', width: 65_000, height: 384 }
]
for (const { why, width, height } of pictures) {
  t.test(`two pictures at once, as large as they may be: ${why}`, { skip: process.platform !== 'linux' }, async (t) => {
    const messenger = await startMessenger(t, { dir: t.testdir(), entry })
    const cookie = await messenger.signUp('ann')
    const upload = async (bytes: Buffer) => {
      const headers = { cookie }
      return (await fetch(`${messenger.url}/images`, { method: 'POST', headers, body: form(bytes) })).status
    }
    const { child } = messenger
    const [small, large] = [await strip(60, 40), await strip(width, height)]
    // The first picture loads the libraries for all.
    t.equal(await upload(small), 200)
    const before = memoryOf(child)
    writeFileSync(`/proc/${child.pid}/clear_refs`, '5')

    t.same(await Promise.all([upload(large), upload(large)]), [200, 200])
    const taken = (memoryOf(child, 'VmHWM') - before) / mebibyte
    t.ok(taken < 300, `${Math.round(taken)} MiB more while they were decoded`)
  })
}
