import websocket from '@fastify/websocket'
import type { FastifyInstance, preHandlerHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { AppError, type ErrorKind } from '../errors.js'
import { createUnreadAnswers, type UnreadAnswers, type UnreadAnswersOptions } from '../limits/unreadAnswers.js'
import { createDispatch, type Dispatch, type DispatchOptions } from '../rpc/dispatch.js'
import type { Caller, CallerContext } from '../rpc/method.js'
import type { UserSearch } from '../schemas/config/index.js'
import type { Session } from '../store/store.js'
import { type CloseOptions, closeConnections } from '../webSocket/close.js'
import { countPieces } from '../webSocket/intake.js'
import { createServe, type Served, type ServeOptions } from '../webSocket/serve.js'

declare module 'fastify' {
  interface FastifyInstance {
    rpc: Dispatch
    unreadAnswers: UnreadAnswers
    /** What the calls of a session may use. @param caller what is known of where they come from */
    rpcContext(session: Session | undefined, caller: Caller): CallerContext
  }
}

interface RpcOptions
  extends Omit<DispatchOptions, 'hasEnded' | 'onInternalError' | 'onRefusal' | 'callCountOf'>,
    ServeOptions,
    UnreadAnswersOptions,
    CloseOptions {
  path: string
  /** Users that a search finds. */
  search: UserSearch
  /** 0 is no limit. */
  maxConnections: number
  maxFragments: number
  maxBufferedChunks: number
  /** How long the other end has to answer a close frame. */
  closeTimeoutMs: number
}

const fullRetryAfterMs = 5000
// Other refusals are a part of every day's work.
const loggedKinds: ReadonlySet<ErrorKind> = new Set(['parseError', 'invalidRequest', 'tooLarge', 'tooManyRequests'])

/** JSON-RPC over WebSocket. */
export default fp<RpcOptions>(
  async (app, options) => {
    const {
      path,
      maxPageItems,
      search: userSearch,
      maxPayloadBytes,
      maxFragments,
      maxBufferedChunks,
      closeTimeoutMs
    } = options
    const served: Served = { lanes: new Map(), isReading: true, isAnswering: true }
    const serve = createServe(app, served, options)

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
    // Field by field: a spread would make it larger, and each connection has one.
    app.decorate('rpcContext', (session: Session | undefined, { connection, budget, departure }: Caller) => {
      const { db, notifier } = app
      const user = session?.user
      return { user, session, db, notifier, maxPageItems, userSearch, connection, budget, departure }
    })

    const maxChunks = maxBufferedChunks + countPieces(maxPayloadBytes)
    const limits = {
      maxPayload: maxPayloadBytes,
      maxFragments,
      maxBufferedChunks: maxChunks,
      closeTimeout: closeTimeoutMs
    }
    await app.register(websocket, { options: limits, preClose: () => closeConnections(app, served, options) })

    // @fastify/websocket would accept the upgrade on every route there is.
    app.addHook('onRequest', async (request) => {
      if (request.ws && request.routeOptions.url !== path) throw new AppError('notFound', 'There is no WebSocket here.')
    })

    app.route({
      method: 'GET',
      // RFC 6455, 4.1: nothing else opens a WebSocket, and a HEAD that tried would keep its socket for ever.
      exposeHeadRoute: false,
      url: path,
      onRequest: app.authenticate,
      preHandler: [createAssertRoom(app, options), releaseResponse],
      handler: () => Promise.reject(new AppError('notFound', 'There is a WebSocket here.')),
      wsHandler: serve
    })
  },
  { name: 'rpc', fastify: '5.x', dependencies: ['db', 'auth'] }
)

/** The newest connection is refused: who is there already stays. */
function createAssertRoom(app: FastifyInstance, { maxConnections }: RpcOptions): preHandlerHookHandler {
  const error = new AppError('unavailable', 'The server has no room for more connections.', {
    retryAfterMs: fullRetryAfterMs
  })
  // Neither this hook nor the next one awaits anything, so that no other connection is let in before this one is counted.
  return ({ ws }, _reply, done) => {
    const isFull = maxConnections > 0 && app.websocketServer.clients.size >= maxConnections
    if (ws && isFull) done(error)
    else done()
  }
}

/** From here on the response is of no use to an upgrade, and would stay in memory for as long as the socket lives. */
const releaseResponse: preHandlerHookHandler = ({ ws, raw }, reply, done) => {
  if (ws) reply.raw.detachSocket(raw.socket)
  done()
}
