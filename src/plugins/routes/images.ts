import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import multipart from '@fastify/multipart'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../../errors.js'
import { createNormalize } from '../../images/normalize.js'
import { createUploads } from '../../limits/uploads.js'
import { staticRoot } from '../../package.js'
import type { UploadedImage } from '../../schemas/account.js'
import type { Config } from '../../schemas/config/index.js'
import { defaultImage } from '../../schemas/user.js'
import type { Session } from '../../store/records.js'
import { picturePolicy } from '../http/headers.js'

interface ImagesOptions extends Readonly<Config['images']> {
  /** Milliseconds of an upload, from its headers to its answer; 0: no limit. */
  handlerTimeoutMs: number
}

const field = 'image'
// A picture of a legacy database keeps its name.
const namePattern = /^[\w.-]{1,64}$/
const daySeconds = 24 * 60 * 60

/** Serves users' pictures, which an upload makes harmless. Only these routes take multipart bodies. */
export default async function images(app: FastifyInstance, options: ImagesOptions): Promise<void> {
  const { maxBytes, maxPerUser, handlerTimeoutMs } = options
  const normalize = createNormalize(options)
  const defaultBytes = await readFile(join(staticRoot, 'img', defaultImage))
  await app.register(multipart, { limits: { fileSize: maxBytes, files: 1, fields: 5, parts: 10, headerPairs: 20 } })

  const takePlace = createUploads({
    maxAtOnce: options.maxRunning + options.maxWaiting,
    maxAtOncePerUser: options.maxUploadsAtOncePerUser
  })
  // Called before the body is read.
  const countUpload = async ({ session }: FastifyRequest, { raw }: FastifyReply) =>
    takePlace((session as Session).user._id, raw)
  const onRequest = [app.authenticate, requireSession, app.limits.assertUpload, countUpload]
  const upload = { onRequest, config: { handlerTimeoutMs } }

  async function addImage(request: FastifyRequest): Promise<UploadedImage> {
    const bytes = await normalize(await readUpload(request))
    const fileName = `${randomBytes(16).toString('hex')}.webp`
    const { _id: ownerId } = (request.session as Session).user
    await app.db.images.add({ name: fileName, ownerId, bytes }, maxPerUser || undefined)
    return { fileName }
  }

  app.post('/images', upload, addImage)
  app.post('/upload-image', upload, async (request, reply) => {
    const { fileName } = await addImage(request)
    // The JSON text of a JSON text: legacy clients parse it twice.
    return reply.type('application/json').send(JSON.stringify(`{"fileName": "${fileName}"}`))
  })

  app.get<{ Params: { name: string } }>(
    '/img/:name',
    { helmet: picturePolicy },
    async ({ params: { name } }, reply) => {
      if (name === defaultImage) return serve(reply, defaultBytes, 'image/jpeg', `max-age=${daySeconds}`)
      const bytes = namePattern.test(name) ? await app.db.images.find(name) : undefined
      if (!bytes) throw new AppError('notFound', 'There is no such image.')
      return serve(reply, bytes, 'image/webp', `max-age=${365 * daySeconds}, immutable`)
    }
  )
}

async function requireSession({ session }: FastifyRequest): Promise<void> {
  if (!session) throw new AppError('unauthenticated')
}

/** Returns the bytes of the one file of a multipart form. @throws {AppError} `badRequest`, `tooLarge` */
async function readUpload(request: FastifyRequest): Promise<Buffer> {
  if (!request.isMultipart()) throw new AppError('badRequest', 'The body must be a multipart form.')
  let upload: Buffer | undefined
  try {
    for await (const part of request.parts()) {
      if (part.type !== 'file') continue
      const bytes = await part.toBuffer()
      if (part.fieldname === field) upload = bytes
    }
  } catch (error) {
    const { code } = error as Partial<FastifyError>
    if (code === 'FST_REQ_FILE_TOO_LARGE') throw new AppError('tooLarge', 'The form is too large.')
    throw new AppError('badRequest', 'The form cannot be read.')
  }
  if (!upload) throw new AppError('badRequest', `The form has no file "${field}".`)
  return upload
}

function serve(reply: FastifyReply, bytes: Uint8Array, type: string, cacheControl: string) {
  return reply.headers({ 'content-type': type, 'cache-control': `public, ${cacheControl}` }).send(bytes)
}
