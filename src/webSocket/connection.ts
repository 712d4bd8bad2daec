import type { Socket } from 'node:net'
import type { WebSocket } from '@fastify/websocket'
import { AppError } from '../errors.js'
import { watchTaking } from '../limits/stall.js'
import type { Connection } from '../notifier/notifier.js'
import { createDeparture, type Departure, depart } from '../rpc/departure.js'
import type { Session } from '../store/store.js'
import type { Outbox } from './outbox.js'

export interface ServedConnection extends Connection {
  readonly departure: Departure
  /** Writes what waits for the end of the turn. */
  flush(): void
  /** Sends the frame of an answer. Resolves when the other end has taken so much that it can be sent the next one. */
  answer(frame: Buffer): Promise<void>
  /** Ends it without a close frame, which would not get through: the client takes nothing. */
  drop(): void
}

// RFC 6455, 7.4.1
const policyViolation = 1008

/** Closes a connection, and says why: a browser shows a page nothing else. */
export function refuse(socket: WebSocket, error: AppError, code = policyViolation): void {
  socket.close(code, JSON.stringify(error.toBody()))
}

export interface ConnectionOptions {
  outbox: Outbox
  /** So much that was pushed and not asked for, which the other end has not taken yet, and there is an end; 0: never. */
  maxBufferedBytes: number
  /** Milliseconds in which the other end must take something of an answer. */
  answerTimeoutMs: number
  /** Told whom the server closes, and why. */
  onRefused(session: Session, error: AppError): void
}

// Registered with IANA for RFC 6455, 11.7: come again later.
const tryAgainLater = 1013

const nothing = Buffer.alloc(0)
const tooSlow = new AppError('slowConsumer')

/**
 * One connection, as those who send see it.
 *
 * Frames are written to the TCP socket itself: `ws` would make a header for each receiver of a frame, and write each frame by
 * itself. Its own frames are whole among them, since without compression it writes at once; a close of its own goes before what
 * still waits for the end of the turn.
 */
export function createConnection(
  socket: WebSocket,
  tcp: Socket,
  session: Session,
  options: ConnectionOptions
): ServedConnection {
  let frames: Buffer[] = []
  let waitingBytes = 0
  // Of the long answer that the other end is taking. There is one at a time, because the next call waits for it.
  let answerBytes = 0
  const departure = createDeparture()

  function add(frame: Buffer) {
    waitingBytes += frame.length
    if (frames.push(frame) === 1) options.outbox.add(flush)
  }

  function flush() {
    const ready = frames
    frames = []
    waitingBytes = 0
    if (socket.readyState === socket.OPEN) write(tcp, ready)
  }

  function hasTooMuch(): boolean {
    const unreadBytes = waitingBytes + tcp.writableLength - answerBytes
    return options.maxBufferedBytes > 0 && unreadBytes > options.maxBufferedBytes
  }

  function cutOff(error: AppError, code?: number) {
    flush()
    depart(departure, true)
    options.onRefused(session, error)
    // Its close timeout ends the socket where nothing of this is read any more.
    refuse(socket, error, code)
  }

  function drop() {
    depart(departure, true)
    options.onRefused(session, tooSlow)
    socket.terminate()
  }

  async function answer(frame: Buffer) {
    if (socket.readyState !== socket.OPEN) return
    add(frame)
    if (waitingBytes + tcp.writableLength < tcp.writableHighWaterMark) return
    answerBytes = frame.length
    flush()
    await taken(tcp, options.answerTimeoutMs, drop)
    answerBytes = 0
  }

  function send(frame: Buffer) {
    if (socket.readyState !== socket.OPEN) return
    // Frames of this turn were not offered to the other end yet: they count when it does not take them.
    if (hasTooMuch()) flush()
    if (hasTooMuch()) cutOff(tooSlow, tryAgainLater)
    else add(frame)
  }

  return { session, departure, flush, refuse: cutOff, drop, send, answer }
}

/** All in one write. */
function write(tcp: Socket, frames: Buffer[]): void {
  if (frames.length > 1) tcp.cork()
  for (const frame of frames) tcp.write(frame)
  if (frames.length > 1) tcp.uncork()
}

/** Resolves when everything written until now has been taken, or nothing will be any more. */
async function taken(tcp: Socket, timeoutMs: number, onStalled: () => void): Promise<void> {
  const endWatch = watchTaking(tcp, timeoutMs, onStalled)
  await new Promise<unknown>((resolve) => tcp.write(nothing, resolve))
  endWatch()
}
