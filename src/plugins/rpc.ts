import websocket from '@fastify/websocket'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { AppError, type ErrorKind } from '../errors.js'
import { type CallerContext, createDispatch, type Dispatch, type DispatchOptions } from '../rpc/dispatch.js'
import { type CloseOptions, closeConnections } from '../webSocket/close.js'
import { createServe, type Lanes, type ServeOptions } from '../webSocket/serve.js'

declare module 'fastify' {
  interface FastifyInstance {
    rpc: Dispatch
    /** What the calls of a request's user may use. */
    rpcContext(request: FastifyRequest): CallerContext
  }
}

interface RpcOptions
  extends Omit<DispatchOptions, 'onInternalError' | 'onRefusal' | 'tallyOf'>,
    ServeOptions,
    CloseOptions {
  path: string
  maxFragments: number
  maxBufferedChunks: number
  /** How long the other end has to answer a close frame. */
  closeTimeoutMs: number
}

// Other refusals are a part of every day's work.
const loggedKinds: ReadonlySet<ErrorKind> = new Set(['parseError', 'invalidRequest', 'tooLarge', 'tooManyRequests'])

/** JSON-RPC over WebSocket. */
export default fp<RpcOptions>(
  async (app, options) => {
    const { path, maxPageItems, maxPayloadBytes, maxFragments, maxBufferedChunks, closeTimeoutMs } = options
    const lanes: Lanes = new Map()
    const serve = createServe(app, lanes, options)

    const dispatch = createDispatch({
      ...options,
      tallyOf: app.meters.tallyOf,
      onInternalError: (error) => app.log.error(error),
      onRefusal({ kind, name }, userId) {
        if (loggedKinds.has(kind)) app.log.info({ userId, refusal: name })
      }
    })
    app.decorate('rpc', dispatch)
    app.decorate('rpcContext', ({ identity }: FastifyRequest) => {
      return { user: identity, db: app.db, notifier: app.notifier, maxPageItems }
    })

    const limits = { maxPayload: maxPayloadBytes, maxFragments, maxBufferedChunks, closeTimeout: closeTimeoutMs }
    await app.register(websocket, { options: limits, preClose: () => closeConnections(app, lanes, options) })

    // @fastify/websocket would accept the upgrade on every route there is.
    app.addHook('onRequest', async ({ ws, routeOptions }) => {
      if (ws && routeOptions.url !== path) throw new AppError('notFound', 'There is no WebSocket here.')
    })

    app.route({
      method: 'GET',
      url: path,
      onRequest: app.authenticate,
      preHandler: releaseResponse,
      handler: () => Promise.reject(new AppError('notFound', 'There is a WebSocket here.')),
      wsHandler: serve
    })
  },
  { name: 'rpc', fastify: '5.x', dependencies: ['db', 'auth'] }
)

/** From here on the response is of no use to an upgrade, and would stay in memory for as long as the socket lives. */
async function releaseResponse({ ws, raw }: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (ws) reply.raw.detachSocket(raw.socket)
}
