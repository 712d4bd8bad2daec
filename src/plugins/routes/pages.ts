import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { AppError } from '../../errors.js'
import { staticRoot } from '../../package.js'
import { clientPolicy, demoPolicy } from '../http/headers.js'

interface PagesOptions {
  /** Folder of a built single-page client; the demo page stands in for it when absent. */
  clientDir?: string
}

const indexFile = 'index.html'
const files = { dotfiles: 'deny', index: false } as const

/** Serves the demo page at `/` and `/example`, or a single-page client at `/`. */
export default fp<PagesOptions>(
  async (app, { clientDir }) => {
    const clientRoot = clientDir === undefined ? undefined : resolve(clientDir)
    if (clientRoot && !existsSync(join(clientRoot, indexFile))) {
      throw new Error(`client.dir: there is no ${indexFile} in ${clientRoot}`)
    }
    // This plugin is the last one, so that all routes that follow are pages.
    app.addHook('onRoute', (route) => {
      const helmet = clientRoot && !route.url.startsWith('/example') ? clientPolicy : demoPolicy
      // A page has many files, which cost little: a few reloads would reach the rate limit of an address.
      const isFile = route.url.endsWith('/*')
      Object.assign(route, { config: { ...route.config, helmet, ...(isFile && { rateLimit: false }) } })
    })
    await app.register(fastifyStatic, { ...files, root: staticRoot, prefix: '/example/' })
    for (const url of ['/example', '/example/']) app.get(url, (_request, reply) => reply.sendFile(indexFile))
    app.get('/', (_request, reply) => reply.sendFile(indexFile, clientRoot))
    if (clientRoot) await app.register(fastifyStatic, { ...files, root: clientRoot, prefix: '/', decorateReply: false })

    app.setNotFoundHandler(async (request, reply) => {
      if (clientRoot && isPage(request)) return reply.sendFile(indexFile, clientRoot)
      throw new AppError('notFound', `There is no ${request.method} ${request.url.split('?', 1)[0]}.`)
    })
  },
  { name: 'pages', fastify: '5.x' }
)

/** Tells a path within a single-page client from a missing file. */
function isPage({ method, url }: FastifyRequest): boolean {
  const [path] = url.split('?', 1) as [string]
  return (method === 'GET' || method === 'HEAD') && !path.slice(path.lastIndexOf('/')).includes('.')
}
