import type { WebSocket } from '@fastify/websocket'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../errors.js'
import { createKeyedSemaphore } from '../limits/keyedSemaphore.js'
import { notificationFrame } from '../notifier/frames.js'
import { cutOff } from '../rpc/method.js'
import { maxTextLength } from '../schemas/message.js'
import type { Session } from '../store/records.js'
import { watchRefusals } from './abuseGuard.js'
import { type Answer, createConnection, makeAnswer, refuse, type ServedConnection } from './connection.js'
import { startHeartbeat } from './heartbeat.js'
import { createIntake } from './intake.js'
import type { WebSocketOptions } from './options.js'
import { createRequestQueue, type RequestQueue } from './requestQueue.js'
import { createYield } from './yield.js'

/** The state that a stop of the server changes. */
export interface Served {
  /** The connections whose calls have not all ended. */
  queues: Map<ServedConnection, RequestQueue<Answer>>
  /** Whether frames are still read. */
  isReading: boolean
}

export type ServeOptions = WebSocketOptions & {
  /** Logs a handshake. @param refusal the reason why the connection is closed again, if it is */
  logHandshake(request: FastifyRequest, userId: string | undefined, refusal?: AppError): void
}

// RFC 6455, 7.4.1
const unsupportedData = 1003
const abnormalClosure = 1006

const noText = new AppError('unsupportedMediaType')
const unauthenticated = new AppError('unauthenticated')
const tooManyConnections = new AppError('tooManyRequests', 'Too many connections of this user.')

/** Creates the function that serves one connection: greets it, then reads its requests and sends the answers. */
export function createServe(app: FastifyInstance, served: Served, options: ServeOptions) {
  const openReading = createIntake(options.maxTurnMs)
  const openQueue = createOpenQueue(app, options)
  const connectionLimit = createKeyedSemaphore(options.maxConnectionsPerUser)
  const onRefused = ({ user }: Session, { name }: AppError) =>
    app.log.info({ userId: user._id, refusal: name }, 'The connection is closed.')
  const connectionOptions = { ...options, onRefused }

  return (socket: WebSocket, request: FastifyRequest) => {
    const { session } = request
    endOnError(app, socket, session)
    const isAdmitted = session && connectionLimit.tryAcquire(session.user._id)
    const refusal = session ? tooManyConnections : unauthenticated
    options.logHandshake(request, session?.user._id, isAdmitted ? undefined : refusal)
    if (!isAdmitted) return refuse(socket, refusal)

    const { _id } = session.user
    const { count, setFull } = openReading(socket, request.raw.socket)
    const connection = createConnection(socket, request.raw.socket, session, connectionOptions)
    const { gone } = connection
    const queue = openQueue(socket, connection, setFull)
    const callLimits = app.limits.callLimitsOf?.(_id, watchRefusals(socket, connection, queue, options))
    const context = app.rpcContext(session, { connection, callLimits, gone })
    served.queues.set(connection, queue)
    queue.add({ mayOverlap: false, run: () => greet(app, served, socket, connection, options) })
    socket.on('error', () => cutOff(gone))
    socket.on('pong', count)
    // Attached before anything is awaited: a frame right after the upgrade would be lost.
    socket.on('message', (data: Buffer, isBinary) => {
      // Neither a connection that is closing nor a server that stops reads any more.
      if (socket.readyState !== socket.OPEN || !served.isReading) return
      if (isBinary) {
        onRefused(session, noText)
        return socket.close(unsupportedData)
      }
      count()
      const call = app.rpc(data.toString(), context)
      const run = () => makeAnswer(call, app, connection)
      queue.add({ mayOverlap: call.mayOverlap, bytes: data.length, run })
    })
    socket.on('close', (code) => {
      if (code === abnormalClosure) cutOff(gone)
      else gone.controller.abort()
      queue.idle().then(() => served.queues.delete(connection))
      connectionLimit.release(_id)
      app.notifier.disconnect(connection)
    })
  }
}

/**
 * Creates the function that opens the queue of a connection. While the client does not take its answers, the next call waits and no
 * frames are read.
 */
function createOpenQueue({ log }: FastifyInstance, options: WebSocketOptions) {
  const yieldToOthers = createYield(options.maxTurnMs)
  return (socket: WebSocket, { answer }: ServedConnection, setFull: (isFull: boolean) => void) => {
    const noteLife = startHeartbeat(socket, options.pingIntervalMs)
    return createRequestQueue<Answer>({
      yieldToOthers,
      maxWaiting: options.maxPendingFrames,
      maxWaitingBytes: options.maxPayloadBytes,
      setFull,
      async take(outcome) {
        if (outcome) await answer(outcome.frame)
        outcome?.taken?.()
        // While the socket is paused no pong is read: calls that end are a sign of life instead.
        noteLife()
      },
      onError(error) {
        log.error(error)
        socket.terminate()
      }
    })
  }
}

/**
 * Lets `ws` end a connection that sends an invalid frame. `ws` sends the close code and discards the rest. A socket with unread bytes
 * would be reset, and the client would not get the code.
 */
function endOnError({ log }: FastifyInstance, socket: WebSocket, session: Session | undefined): void {
  // The listener that @fastify/websocket has added keeps the whole request in memory for as long as the socket lives.
  socket.removeAllListeners('error')
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    log.info(
      { userId: session?.user._id, code },
      'The connection is closed: the client sent an invalid WebSocket frame.'
    )
  })
}

/** Sends `hello`. A message that is stored after its cursor was read is pushed, or found with `getUpdates` from the cursor. */
async function greet(
  app: FastifyInstance,
  served: Served,
  socket: WebSocket,
  connection: ServedConnection,
  { maxPayloadBytes, maxBatchCalls, maxPageItems }: WebSocketOptions
): Promise<undefined> {
  const cursor = await app.db.updates.newestCursor()
  if (socket.readyState !== socket.OPEN || !served.isReading) return
  if (app.sessions.hasEnded(connection.session)) return void connection.refuse(unauthenticated)
  const { tag } = connection.session.user
  const limits = { maxPayloadBytes, maxBatchCalls, maxPageItems, maxTextLength }
  connection.send(notificationFrame('hello', { tag, cursor, serverTime: Date.now(), limits }))
  app.notifier.connect(connection)
}
