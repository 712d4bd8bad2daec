import websocket, { type WebSocket } from '@fastify/websocket'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { AppError } from '../errors.js'
import { type CallerContext, createDispatch, type Dispatch, type Methods } from '../rpc/dispatch.js'
import { createLane, type Lane } from '../rpc/lane.js'

declare module 'fastify' {
  interface FastifyInstance {
    rpc: Dispatch
    /** What the calls of a request's user may use. */
    rpcContext(request: FastifyRequest): CallerContext
  }
}

interface RpcOptions {
  methods: Methods
  path: string
  legacyWire: boolean
  maxPageItems: number
  maxPayloadBytes: number
  maxBatchCalls: number
  /** So many unanswered frames of a connection, and no more of it are read. */
  maxPendingFrames: number
  /** How long the other end has to answer a close frame. */
  closeTimeoutMs: number
}

// RFC 6455, 7.4.1
const goingAway = 1001
const unsupportedData = 1003
const policyViolation = 1008

const asText = { binary: false }
const refusal = JSON.stringify(new AppError('unauthenticated').toBody())

/** JSON-RPC over WebSocket: frame in, dispatch, frame out. */
export default fp<RpcOptions>(
  async (app, options) => {
    const { path, maxPageItems, maxPayloadBytes, maxPendingFrames, closeTimeoutMs } = options
    const lanes = new Map<WebSocket, Lane>()
    let isClosing = false
    const logError = (error: unknown) => app.log.error(error)

    app.decorate('rpc', createDispatch({ ...options, onInternalError: logError }))
    app.decorate('rpcContext', ({ identity }: FastifyRequest) => {
      return { user: identity, db: app.db, notifier: app.notifier, maxPageItems }
    })

    const serverOptions = { maxPayload: maxPayloadBytes, closeTimeout: closeTimeoutMs }
    await app.register(websocket, {
      options: serverOptions,
      async preClose() {
        isClosing = true
        await Promise.all(Array.from(lanes.values(), (lane) => lane.idle()))
        for (const client of app.websocketServer.clients) client.close(goingAway)
      }
    })

    // @fastify/websocket would accept the upgrade on every route there is.
    app.addHook('onRequest', async ({ ws, routeOptions }) => {
      if (ws && routeOptions.url !== path) throw new AppError('notFound', 'There is no WebSocket here.')
    })

    app.get(path, { websocket: true, onRequest: app.authenticate }, (socket, request) => {
      releaseRequest(socket)
      const context = app.rpcContext(request)
      if (!context.user) return socket.close(policyViolation, refusal)

      const connection = { user: context.user, send: (frame: Buffer) => socket.send(frame, asText) }
      const ownContext = { ...context, connection }
      const lane = createLane({
        maxWaiting: maxPendingFrames,
        onFull: () => socket.pause(),
        onFree: () => socket.resume()
      })
      lanes.set(socket, lane)
      // Attached before anything is awaited: a frame that comes right after the upgrade is not lost.
      socket.on('message', (data: Buffer, isBinary) => {
        if (isBinary) return socket.close(unsupportedData)
        if (isClosing) return
        lane.run(async () => {
          const answer = await app.rpc(data.toString(), ownContext)
          if (answer !== undefined) socket.send(answer)
        })
      })
      socket.on('close', () => {
        lanes.delete(socket)
        app.notifier.disconnect(connection).catch(logError)
      })
      app.notifier.connect(connection).catch(logError)
    })
  },
  { name: 'rpc', fastify: '5.x', dependencies: ['db', 'auth'] }
)

/** The listener that @fastify/websocket adds keeps the whole request in memory for as long as the socket lives. */
function releaseRequest(socket: WebSocket): void {
  socket.removeAllListeners('error')
  socket.on('error', () => socket.terminate())
}
