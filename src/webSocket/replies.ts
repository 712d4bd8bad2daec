import type { FastifyInstance } from 'fastify'
import { textFrame } from '../notifier/frames.js'
import { signalOf } from '../rpc/departure.js'
import type { Call } from '../rpc/dispatch.js'
import { createLane, type Lane } from '../rpc/requestQueue.js'
import type { TakeTurn } from '../rpc/yield.js'
import type { ServedConnection } from './connection.js'
import { startHeartbeat } from './heartbeat.js'
import { type Reading, setFull } from './intake.js'

/** An answer as it is sent; its text is garbage by now. */
export interface Reply {
  frame: Buffer
  /** To be called when the client has taken a long answer. */
  taken: (() => void) | undefined
}

interface LaneOptions {
  takeTurn: TakeTurn
  maxPendingFrames: number
  maxPayloadBytes: number
  pingIntervalMs: number
}

/** Opens the lane of a connection. While the client does not take its answers, the next call waits and no more frames are read. */
export function openLane(
  { log }: FastifyInstance,
  reading: Reading,
  connection: ServedConnection,
  { takeTurn, maxPendingFrames, maxPayloadBytes, pingIntervalMs }: LaneOptions
): Lane<Reply> {
  const heartbeat = startHeartbeat(reading.socket, pingIntervalMs)
  return createLane({
    takeTurn,
    maxWaiting: maxPendingFrames,
    maxWaitingBytes: maxPayloadBytes,
    onFull: () => setFull(reading, true),
    onFree: () => setFull(reading, false),
    async take(reply) {
      if (reply) await send(reply, connection)
      // While the socket is paused no pong is read: that its calls come to an end shows that it lives.
      heartbeat.note()
    },
    onError(error) {
      log.error(error)
      reading.socket.terminate()
    }
  })
}

async function send({ frame, taken }: Reply, connection: ServedConnection): Promise<void> {
  await connection.answer(frame)
  taken?.()
}

/** Runs a call, when there is room for its answer. Resolves with nothing where there is nothing to answer. */
export function replyTo(call: Call, app: FastifyInstance, connection: ServedConnection): Promise<Reply | undefined> {
  return call.isLong ? replyAtLength(call, app, connection) : call.run().then(toReply)
}

function toReply(answer: string | undefined): Reply | undefined {
  return answer === undefined ? undefined : { frame: textFrame(answer), taken: undefined }
}

async function replyAtLength(
  call: Call,
  { unreadAnswers }: FastifyInstance,
  { session, departure, drop: cutOff }: ServedConnection
): Promise<Reply | undefined> {
  await call.isDue()
  const make = async () => toReply(await call.run())?.frame
  const making = { userId: session.user._id, signal: signalOf(departure), make, cutOff }
  try {
    const { bytes: frame, taken } = await unreadAnswers.make(making)
    return frame && { frame, taken }
  } catch (error) {
    // Nobody waits for it.
    if (departure.hasEnded) return undefined
    throw error
  }
}
