import type { Socket } from 'node:net'
import type { WebSocket } from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../errors.js'
import { watchTaking } from '../limits/stall.js'
import { textFrame } from '../notifier/frames.js'
import type { Connection } from '../notifier/notifier.js'
import type { Call } from '../rpc/dispatch.js'
import { createGone, cutOff, type Gone } from '../rpc/method.js'
import type { Session } from '../store/records.js'
import type { WebSocketOptions } from './options.js'

export interface ServedConnection extends Connection {
  readonly gone: Gone
  /** Sends the frame of an answer. Resolves when the client has taken enough of it for the next one. */
  answer(frame: Buffer): Promise<void>
  /** Ends the connection of a client that reads nothing and would not get a close frame. */
  drop(): void
}

/** An answer as it is sent. */
export interface Answer {
  frame: Buffer
  /** To be called when the client has taken a long answer. */
  taken?: () => void
}

type ConnectionOptions = WebSocketOptions & {
  /** Called when the server ends a connection, with the reason. */
  onRefused(session: Session, error: AppError): void
}

// RFC 6455, 7.4.1; 1013 is registered with IANA (11.7).
const policyViolation = 1008
const tryAgainLater = 1013

const nothing = Buffer.alloc(0)
const tooSlow = new AppError('slowConsumer')
const uncork = (tcp: Socket) => tcp.uncork()

/** Closes a connection with the reason in the close frame, the only thing that a page in a browser gets to see. */
export function refuse(socket: WebSocket, error: AppError, code = policyViolation): void {
  socket.close(code, JSON.stringify(error.toBody()))
}

/**
 * Creates the sending side of a connection.
 *
 * Frames are written to the TCP socket itself, because `ws` would make a header for each receiver of a frame. That is safe without
 * compression, where `ws` writes each frame of its own at once. All frames of one turn of the event loop leave in one write.
 */
export function createConnection(
  socket: WebSocket,
  tcp: Socket,
  session: Session,
  { maxBufferedBytes, answerTimeoutMs, onRefused }: ConnectionOptions
): ServedConnection {
  const gone = createGone()
  // Bytes of the long answer that the client is taking. It is the only one, because the next call waits for it.
  let answerBytes = 0

  function write(frame: Buffer) {
    if (tcp.writableCorked === 0) {
      tcp.cork()
      setImmediate(uncork, tcp)
    }
    tcp.write(frame)
  }

  const hasTooMuch = () => maxBufferedBytes > 0 && tcp.writableLength - answerBytes > maxBufferedBytes

  function close(error: AppError, code?: number) {
    cutOff(gone)
    onRefused(session, error)
    // The close timeout of `ws` ends the socket where the client does not read this.
    refuse(socket, error, code)
  }

  function drop() {
    cutOff(gone)
    onRefused(session, tooSlow)
    socket.terminate()
  }

  async function answer(frame: Buffer) {
    if (socket.readyState !== socket.OPEN) return
    write(frame)
    if (tcp.writableLength < tcp.writableHighWaterMark) return
    answerBytes = frame.length
    tcp.uncork()
    const endWatch = watchTaking(tcp, answerTimeoutMs, drop)
    // Called back when everything written until now was taken, or when the socket has ended.
    await new Promise<unknown>((resolve) => tcp.write(nothing, resolve))
    endWatch()
    answerBytes = 0
  }

  function send(frame: Buffer) {
    if (socket.readyState !== socket.OPEN) return
    // The client was not yet offered the frames of this turn.
    if (hasTooMuch()) tcp.uncork()
    if (hasTooMuch()) close(tooSlow, tryAgainLater)
    else write(frame)
  }

  return { session, gone, refuse: close, drop, send, answer }
}

/** Runs a call when there is room for its answer. Resolves with undefined where there is nothing to answer. */
export function makeAnswer(
  call: Call,
  app: FastifyInstance,
  connection: ServedConnection
): Promise<Answer | undefined> {
  return call.isLong ? makeLongAnswer(call, app, connection) : call.run().then(toAnswer)
}

function toAnswer(text: string | undefined): Answer | undefined {
  return text === undefined ? undefined : { frame: textFrame(text) }
}

async function makeLongAnswer(
  call: Call,
  { unreadAnswers }: FastifyInstance,
  { session, gone, drop }: ServedConnection
): Promise<Answer | undefined> {
  await call.untilAllowed()
  const { signal } = gone.controller
  const make = async () => toAnswer(await call.run())?.frame
  try {
    const { bytes: frame, taken } = await unreadAnswers.make({ userId: session.user._id, signal, make, cutOff: drop })
    return frame && { frame, taken }
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}
