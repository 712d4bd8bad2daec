import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { watchTaking } from '../limits/stall.js'
import type { LongAnswer } from '../limits/unreadAnswers.js'
import { createDeparture, type Departure, depart, signalOf } from '../rpc/departure.js'
import type { Call } from '../rpc/dispatch.js'
import type { CallerContext } from '../rpc/method.js'
import type { Session } from '../store/store.js'

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
    const long =
      session && call.isLong ? await app.unreadAnswers.begin(session.user._id, signalOf(departure)) : undefined
    reply.raw.once('close', () => long?.end())
    const answer = await call.run()
    if (call.refusal) reply.header('retry-after', call.refusal.retryAfterSeconds)
    reply.code(statusOf(call, answer, session)).type('application/json')
    return send(reply, answer, long, options)
  })
}

function statusOf({ refusal }: Call, answer: string | undefined, session: Session | undefined): number {
  if (!session) return 401
  if (refusal) return refusal.status
  return answer === undefined ? 204 : 200
}

function contextOf(app: FastifyInstance, session: Session | undefined, departure: Departure): CallerContext {
  const budget = session && app.limits.budgets?.overHttp(session.user._id)
  return app.rpcContext(session, { budget, departure })
}

/** Sends an answer; a long one as bytes, so that its text is not kept beside them. */
function send(
  reply: FastifyReply,
  answer: string | undefined,
  long: LongAnswer | undefined,
  { answerTimeoutMs }: RpcOverHttpOptions
) {
  if (!long || answer === undefined) return reply.send(answer)
  const { socket } = reply.request.raw
  const bytes = Buffer.from(answer)
  const drop = () => socket.destroy()
  long.ready(bytes.length, drop)
  reply.raw.once('close', watchTaking(socket, answerTimeoutMs, drop))
  return reply.send(bytes)
}
