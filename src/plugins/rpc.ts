import websocket, { type WebSocket } from '@fastify/websocket'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { AppError } from '../errors.js'
import { type CallerContext, createDispatch, type Dispatch, type DispatchOptions } from '../rpc/dispatch.js'
import { createLane, type Lane } from '../rpc/lane.js'
import type { Identity } from '../schemas/user.js'
import type { Connection } from './notifier.js'

declare module 'fastify' {
  interface FastifyInstance {
    rpc: Dispatch
    /** What the calls of a request's user may use. */
    rpcContext(request: FastifyRequest): CallerContext
  }
}

interface RpcOptions extends Omit<DispatchOptions, 'onInternalError'> {
  path: string
  maxPageItems: number
  maxPayloadBytes: number
  maxFragments: number
  maxBufferedChunks: number
  /** So many unanswered frames of a connection, and no more of it are read. */
  maxPendingFrames: number
  /** So much that a connection has not taken yet, and it is ended when there is more for it. */
  maxBufferedBytes: number
  /** How long the other end has to answer a close frame, and running calls to end. */
  closeTimeoutMs: number
}

type Lanes = Map<WebSocket, Lane>

// RFC 6455, 7.4.1
const goingAway = 1001
const unsupportedData = 1003
const policyViolation = 1008

const asText = { binary: false }
const refusal = JSON.stringify(new AppError('unauthenticated').toBody())

/** JSON-RPC over WebSocket: frame in, dispatch, frame out. */
export default fp<RpcOptions>(
  async (app, options) => {
    const { path, maxPageItems, maxPayloadBytes, maxFragments, maxBufferedChunks, closeTimeoutMs } = options
    const lanes: Lanes = new Map()

    app.decorate('rpc', createDispatch({ ...options, onInternalError: (error) => app.log.error(error) }))
    app.decorate('rpcContext', ({ identity }: FastifyRequest) => {
      return { user: identity, db: app.db, notifier: app.notifier, maxPageItems }
    })

    const limits = { maxPayload: maxPayloadBytes, maxFragments, maxBufferedChunks, closeTimeout: closeTimeoutMs }
    await app.register(websocket, { options: limits, preClose: () => closeAll(app, lanes, closeTimeoutMs) })

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
      wsHandler: (socket, request) => serve(app, lanes, socket, app.rpcContext(request), options)
    })
  },
  { name: 'rpc', fastify: '5.x', dependencies: ['db', 'auth'] }
)

/** From here on the response is of no use to an upgrade, and would stay in memory for as long as the socket lives. */
async function releaseResponse({ ws, raw }: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (ws) reply.raw.detachSocket(raw.socket)
}

type ServeOptions = Pick<RpcOptions, 'maxPendingFrames' | 'maxBufferedBytes'>

function serve(app: FastifyInstance, lanes: Lanes, socket: WebSocket, context: CallerContext, options: ServeOptions) {
  // The listener that @fastify/websocket has added keeps the whole request in memory for as long as the socket lives.
  socket.removeAllListeners('error')
  socket.on('error', () => socket.terminate())
  const { user } = context
  if (!user) return socket.close(policyViolation, refusal)

  const fail = (error: unknown) => {
    app.log.error(error)
    socket.terminate()
  }
  const connection = createConnection(socket, user, options)
  const ownContext = { ...context, connection }
  const lane = createLane({
    maxWaiting: options.maxPendingFrames,
    onFull: () => socket.pause(),
    onFree: () => socket.resume(),
    onError: fail
  })
  lanes.set(socket, lane)
  // Attached before anything is awaited: a frame that comes right after the upgrade is not lost.
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) return socket.close(unsupportedData)
    // A connection that is closing is read no more, and neither is one of a server that stops.
    if (socket.readyState === socket.OPEN && lanes.has(socket)) {
      lane.run(() => answerFrame(app, socket, data, ownContext))
    }
  })
  socket.on('close', () => {
    lanes.delete(socket)
    app.notifier.disconnect(connection).catch(fail)
  })
  app.notifier.connect(connection).catch(fail)
}

function createConnection(socket: WebSocket, user: Identity, { maxBufferedBytes }: ServeOptions): Connection {
  return {
    user,
    send(frame) {
      if (socket.bufferedAmount > maxBufferedBytes) socket.terminate()
      else socket.send(frame, asText)
    }
  }
}

async function answerFrame(app: FastifyInstance, socket: WebSocket, frame: Buffer, context: CallerContext) {
  const answer = await app.rpc(frame.toString(), context)
  // The next call waits until the client has taken this answer, so that answers cannot pile up.
  if (answer !== undefined) await new Promise((sent) => socket.send(answer, sent))
}

/** What has been read is answered, then every connection is closed. */
async function closeAll({ websocketServer }: FastifyInstance, lanes: Lanes, closeTimeoutMs: number) {
  const running = Array.from(lanes.values(), (lane) => lane.idle())
  lanes.clear()
  await settledWithin(Promise.all(running), closeTimeoutMs)
  for (const client of websocketServer.clients) client.close(goingAway)
}

async function settledWithin(promise: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([promise, timeout])
  clearTimeout(timer)
}
