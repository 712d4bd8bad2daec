import type { WebSocket } from '@fastify/websocket'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../errors.js'
import { createKeyedSemaphore } from '../limits/keyedSemaphore.js'
import { notificationFrame } from '../notifier/frames.js'
import { logHandshake } from '../plugins/http/logs.js'
import { depart } from '../rpc/departure.js'
import type { Lane } from '../rpc/requestQueue.js'
import { createTakeTurn } from '../rpc/yield.js'
import { maxTextLength } from '../schemas/message.js'
import type { Session } from '../store/store.js'
import { type StrikesOptions, watchRefusals } from './abuseGuard.js'
import { type ConnectionOptions, createConnection, refuse, type ServedConnection } from './connection.js'
import { createIntake } from './intake.js'
import { createOutbox } from './outbox.js'
import { openLane, type Reply, replyTo } from './replies.js'

/** What there is to stop. */
export interface Served {
  /** Of the connections whose calls have not all ended. */
  lanes: Map<WebSocket, Lane<Reply>>
  /** Whether frames are still read. */
  isReading: boolean
  /** Whether calls that have been read may still begin. */
  isAnswering: boolean
}

export interface ServeOptions extends StrikesOptions {
  /** 0 is no limit. */
  maxConnectionsPerUser: number
  maxPayloadBytes: number
  maxBatchCalls: number
  maxPageItems: number
  /** So many unanswered frames of a connection, and no more of it are read. */
  maxPendingFrames: number
  /** How long calls that have waited may begin in one turn of the event loop, but for one call of each connection. */
  maxTurnMs: number
  /** So much that was pushed to a connection and not taken, and it is ended when there is more for it. */
  maxBufferedBytes: number
  answerTimeoutMs: number
  pingIntervalMs: number
}

/** Serves one connection: greets it, then frame in, dispatch, frame out. */
export type Serve = (socket: WebSocket, request: FastifyRequest) => void

// RFC 6455, 7.4.1
const unsupportedData = 1003
const abnormalClosure = 1006

const nothing = Promise.resolve(undefined)

const noText = new AppError('unsupportedMediaType')
const unauthenticated = new AppError('unauthenticated')
const tooManyConnections = new AppError('tooManyRequests', 'Too many connections of this user.')

export function createServe(app: FastifyInstance, served: Served, options: ServeOptions): Serve {
  const { lanes } = served
  const own = {
    ...options,
    outbox: createOutbox(),
    takeTurn: createTakeTurn(options.maxTurnMs),
    onRefused({ user }: Session, { name }: AppError) {
      app.log.info({ userId: user._id, refusal: name }, 'The connection is closed.')
    }
  }
  const intake = createIntake(options.maxTurnMs)
  const connectionLimit = createKeyedSemaphore(options.maxConnectionsPerUser)
  return (socket, request) => {
    const { session } = request
    endOnError(app, socket, session)
    const isAdmitted = session && connectionLimit.tryAcquire(session.user._id)
    const refusal = session ? tooManyConnections : unauthenticated
    logHandshake(request, session?.user._id, isAdmitted ? undefined : refusal)
    if (!isAdmitted) return refuse(socket, refusal)

    const { _id } = session.user
    const reading = intake.open(socket, request.raw.socket)
    const connection = createConnection(socket, request.raw.socket, session, own)
    socket.on('error', () => depart(connection.departure, true))
    const lane = openLane(app, reading, connection, own)
    const callLimits = app.limits.callLimitsOf?.(_id, watchRefusals(socket, connection, lane, options))
    const context = app.rpcContext(session, { connection, callLimits, departure: connection.departure })
    lanes.set(socket, lane)
    lane.run({ mayOverlap: false, run: () => greet(app, served, socket, connection, options) })
    const countFrame = () => intake.count(reading)
    socket.on('pong', countFrame)
    // Attached before anything is awaited: a frame that comes right after the upgrade is not lost.
    socket.on('message', (data: Buffer, isBinary) => {
      // A connection that is closing is read no more, and neither is one of a server that stops.
      if (socket.readyState !== socket.OPEN || !served.isReading) return
      if (isBinary) return closeAsUnsupported(socket, connection, own)
      countFrame()
      const call = app.rpc(data.toString(), context)
      const run = () =>
        connection.departure.wasCutOff || !served.isAnswering ? nothing : replyTo(call, app, connection)
      lane.run({ mayOverlap: call.mayOverlap, bytes: data.length, run })
    })
    socket.on('close', (code) => {
      depart(connection.departure, code === abnormalClosure)
      lane.idle().then(() => lanes.delete(socket))
      connectionLimit.release(_id)
      app.notifier.disconnect(connection)
    })
  }
}

function closeAsUnsupported(socket: WebSocket, { session, flush }: ServedConnection, { onRefused }: ConnectionOptions) {
  flush()
  onRefused(session, noText)
  socket.close(unsupportedData)
}

/**
 * Lets `ws` end a connection that sends an invalid frame. `ws` sends the close code and discards the rest. A socket with unread bytes
 * would be reset, and the client would not get the code.
 */
function endOnError({ log }: FastifyInstance, socket: WebSocket, session: Session | undefined): void {
  // The listener that @fastify/websocket has added keeps the whole request in memory for as long as the socket lives.
  socket.removeAllListeners('error')
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    log.info({ userId: session?.user._id, code }, 'The connection is ended: this is no WebSocket frame that is taken.')
  })
}

/** What is stored after the cursor was read is pushed, or seen by whoever reads after the greeting. */
async function greet(
  app: FastifyInstance,
  served: Served,
  socket: WebSocket,
  connection: ServedConnection,
  { maxPayloadBytes, maxBatchCalls, maxPageItems }: ServeOptions
): Promise<undefined> {
  const cursor = await app.db.updates.newestCursor()
  if (socket.readyState !== socket.OPEN || !served.isReading) return
  if (app.sessions.hasEnded(connection.session)) return void connection.refuse(unauthenticated)
  const { tag } = connection.session.user
  const limits = { maxPayloadBytes, maxBatchCalls, maxPageItems, maxTextLength }
  connection.send(notificationFrame('hello', { tag, cursor, serverTime: Date.now(), limits }))
  app.notifier.connect(connection)
}
