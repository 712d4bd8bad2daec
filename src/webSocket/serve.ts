import type { WebSocket } from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../errors.js'
import type { Connection } from '../plugins/notifier.js'
import type { CallerContext } from '../rpc/dispatch.js'
import { createLane, type Lane } from '../rpc/lane.js'
import { maxTextLength } from '../schemas/message.js'
import { toFrame } from '../schemas/notification.js'
import type { Identity } from '../schemas/user.js'
import { startHeartbeat } from './heartbeat.js'

/** The connections that are read. */
export type Lanes = Map<WebSocket, Lane>

export interface ServeOptions {
  maxPayloadBytes: number
  maxBatchCalls: number
  maxPageItems: number
  /** So many unanswered frames of a connection, and no more of it are read. */
  maxPendingFrames: number
  /** So much that a connection has not taken yet, and it is ended when there is more for it. */
  maxBufferedBytes: number
  pingIntervalMs: number
}

// RFC 6455, 7.4.1
const unsupportedData = 1003
const policyViolation = 1008

const asText = { binary: false }
const refusal = JSON.stringify(new AppError('unauthenticated').toBody())

/** Serves one connection: greets it, then frame in, dispatch, frame out. */
export function serve(
  app: FastifyInstance,
  lanes: Lanes,
  socket: WebSocket,
  context: CallerContext,
  options: ServeOptions
) {
  // The listener that @fastify/websocket has added keeps the whole request in memory for as long as the socket lives.
  socket.removeAllListeners('error')
  socket.on('error', () => socket.terminate())
  const { user } = context
  if (!user) return socket.close(policyViolation, refusal)

  const connection = createConnection(socket, user, options)
  const ownContext = { ...context, connection }
  const heartbeat = startHeartbeat(socket, options.pingIntervalMs)
  const lane = createLane({
    maxWaiting: options.maxPendingFrames,
    onFull: () => socket.pause(),
    onFree: () => socket.resume(),
    onError(error) {
      app.log.error(error)
      socket.terminate()
    }
  })
  lanes.set(socket, lane)
  lane.run(() => greet(app, lanes, socket, connection, options))
  // Attached before anything is awaited: a frame that comes right after the upgrade is not lost.
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) return socket.close(unsupportedData)
    // A connection that is closing is read no more, and neither is one of a server that stops.
    if (socket.readyState !== socket.OPEN || !lanes.has(socket)) return
    // While the socket is paused no pong is read: that its calls come to an end shows that it lives.
    lane.run(() => answerFrame(app, socket, data, ownContext).then(heartbeat.note))
  })
  socket.on('close', () => {
    lanes.delete(socket)
    app.notifier.disconnect(connection)
  })
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

/** What is stored after the cursor was read is pushed, or seen by whoever reads after the greeting. */
async function greet(
  app: FastifyInstance,
  lanes: Lanes,
  socket: WebSocket,
  connection: Connection,
  options: ServeOptions
) {
  const cursor = await app.db.newestCursor()
  if (!lanes.has(socket)) return
  const { maxPayloadBytes, maxBatchCalls, maxPageItems } = options
  const limits = { maxPayloadBytes, maxBatchCalls, maxPageItems, maxTextLength }
  connection.send(toFrame('hello', { tag: connection.user.tag, cursor, serverTime: Date.now(), limits }))
  app.notifier.connect(connection)
}

async function answerFrame(app: FastifyInstance, socket: WebSocket, frame: Buffer, context: CallerContext) {
  const answer = await app.rpc(frame.toString(), context)
  // The next call waits until the client has taken this answer, so that answers cannot pile up.
  if (answer !== undefined) await new Promise((sent) => socket.send(answer, sent))
}
