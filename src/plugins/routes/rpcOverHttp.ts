import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { watchTaking } from '../../limits/stall.js'
import { createDeparture, type Departure, depart, signalOf } from '../../rpc/departure.js'
import type { Call } from '../../rpc/dispatch.js'
import type { CallerContext } from '../../rpc/method.js'
import type { Session } from '../../store/store.js'

interface RpcOverHttpOptions {
  /** Milliseconds in which a client must take something of a long answer. */
  answerTimeoutMs: number
}

const nothing = Buffer.alloc(0)

/** JSON-RPC over HTTP, for scripts: `POST /rpc` with the cookie or `Authorization: Bearer TOKEN`. */
export default async function rpcOverHttp(app: FastifyInstance, options: RpcOverHttpOptions): Promise<void> {
  // The dispatch parses, so that a text that is no JSON gets the JSON-RPC error.
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.post<{ Body: Buffer | undefined }>('/rpc', { onRequest: app.authenticate }, async (request, reply) => {
    const { session, body = nothing } = request
    const departure = createDeparture()
    reply.raw.once('close', () => depart(departure, false))
    // JSON is UTF-8 (RFC 8259, 8.1): to decode anything else would be to change it.
    const call = app.rpc(isUtf8(body) ? body.toString() : '', contextOf(app, session, departure))
    const answer = session && call.isLong ? await answerLong(call, session, departure, reply) : await call.run()
    if (call.refusal) reply.header('retry-after', call.refusal.retryAfterSeconds)
    return reply
      .code(statusOf(call, answer, session))
      .type('application/json')
      .send(answer)
  })

  /** Makes an answer as bytes, so that its text is not kept beside them, and watches whether it is taken. */
  async function answerLong(call: Call, session: Session, departure: Departure, reply: FastifyReply) {
    await call.isDue()
    const { socket } = reply.request.raw
    const cutOff = () => socket.destroy()
    const make = async () => {
      const answer = await call.run()
      return answer === undefined ? undefined : Buffer.from(answer)
    }
    const making = { userId: session.user._id, signal: signalOf(departure), make, cutOff }
    const { bytes, taken } = await app.unreadAnswers.make(making)
    reply.raw.once('close', taken)
    if (!departure.hasEnded) reply.raw.once('close', watchTaking(socket, options.answerTimeoutMs, cutOff))
    return bytes
  }
}

function statusOf({ refusal }: Call, answer: unknown, session: Session | undefined): number {
  if (!session) return 401
  if (refusal) return refusal.status
  return answer === undefined ? 204 : 200
}

function contextOf(app: FastifyInstance, session: Session | undefined, departure: Departure): CallerContext {
  const callLimits = session && app.limits.callLimitsOf?.(session.user._id)
  return app.rpcContext(session, { callLimits, departure })
}
