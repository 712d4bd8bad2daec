import websocket from '@fastify/websocket'
import type { FastifyInstance, preHandlerHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { AppError, type ErrorKind } from '../errors.js'
import { createUnreadAnswers, type UnreadAnswers } from '../limits/unreadAnswers.js'
import { createDispatch, type Dispatch, type DispatchOptions } from '../rpc/dispatch.js'
import type { Caller, CallerContext } from '../rpc/method.js'
import type { Session } from '../store/records.js'
import type { Settings } from '../tuning.js'
import { closeConnections } from '../webSocket/close.js'
import { countPieces } from '../webSocket/intake.js'
import type { WebSocketOptions } from '../webSocket/options.js'
import { createServe, type Served } from '../webSocket/serve.js'
import { logHandshake } from './http/logs.js'

declare module 'fastify' {
  interface FastifyInstance {
    rpc: Dispatch
    unreadAnswers: UnreadAnswers
    /** Returns the context for the calls of a session; undefined: an unauthenticated caller. */
    rpcContext(session: Session | undefined, caller: Caller): CallerContext
  }
}

type RpcOptions = WebSocketOptions & Settings['users'] & Pick<DispatchOptions, 'methods' | 'legacyWire'>

const fullRetryAfterMs = 5000
// The other refusals are everyday events.
const loggedKinds: ReadonlySet<ErrorKind> = new Set(['parseError', 'invalidRequest', 'tooLarge', 'tooManyRequests'])

/** JSON-RPC over WebSocket. */
export default fp<RpcOptions>(
  async (app, options) => {
    const { path, maxPageItems, search: userSearch, maxPayloadBytes } = options
    const served: Served = { queues: new Map(), isReading: true }

    const dispatch = createDispatch({
      ...options,
      callCountOf: app.counters.callCountOf,
      hasEnded: (session) => app.sessions.hasEnded(session) || session.expiresAt <= Date.now(),
      onInternalError: (error) => app.log.error(error),
      onRefusal({ kind, name }, userId) {
        if (loggedKinds.has(kind)) app.log.info({ userId, refusal: name })
      }
    })
    app.decorate('rpc', dispatch)
    app.decorate('unreadAnswers', createUnreadAnswers(options))
    // Each connection keeps a context. A spread would make it larger.
    app.decorate('rpcContext', (session: Session | undefined, { connection, callLimits, gone }: Caller) => {
      const { db, notifier } = app
      const user = session?.user
      return { user, session, db, notifier, maxPageItems, userSearch, connection, callLimits, gone }
    })

    const limits = {
      maxPayload: maxPayloadBytes,
      maxFragments: options.maxFragments,
      maxBufferedChunks: options.maxBufferedChunks + countPieces(maxPayloadBytes),
      closeTimeout: options.closeTimeoutMs
    }
    await app.register(websocket, { options: limits, preClose: () => closeConnections(app, served, options) })

    // @fastify/websocket would accept an upgrade on every route.
    app.addHook('onRequest', async (request) => {
      if (request.ws && request.routeOptions.url !== path) throw new AppError('notFound', 'There is no WebSocket here.')
    })

    app.route({
      method: 'GET',
      // RFC 6455, 4.1: only GET opens a WebSocket, and a HEAD that tried would keep its socket forever.
      exposeHeadRoute: false,
      url: path,
      onRequest: app.authenticate,
      preHandler: [createAssertRoom(app, options), releaseResponse],
      handler: () => Promise.reject(new AppError('notFound', 'There is a WebSocket here.')),
      wsHandler: createServe(app, served, { ...options, logHandshake })
    })
  },
  { name: 'rpc', fastify: '5.x', dependencies: ['db', 'auth'] }
)

/** Creates the hook that refuses a new connection when the server has no room. */
function createAssertRoom(app: FastifyInstance, { maxConnections }: RpcOptions): preHandlerHookHandler {
  const error = new AppError('unavailable', 'The server has no room for more connections.', {
    retryAfterMs: fullRetryAfterMs
  })
  // Neither this hook nor the next one awaits anything, or another connection could come in before this one is counted.
  return ({ ws }, _reply, done) => {
    const isFull = maxConnections > 0 && app.websocketServer.clients.size >= maxConnections
    if (ws && isFull) done(error)
    else done()
  }
}

/** Detaches the response, which an upgrade does not use and the socket would keep in memory. */
const releaseResponse: preHandlerHookHandler = ({ ws, raw }, reply, done) => {
  if (ws) reply.raw.detachSocket(raw.socket)
  done()
}
