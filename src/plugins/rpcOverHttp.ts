import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { watchTaking } from '../limits/stall.js'
import type { LongAnswer } from '../limits/unreadAnswers.js'
import { createDeparture, depart, signalOf } from '../rpc/departure.js'

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
    const userId = session?.user._id
    const budget = userId ? app.limits.budgets?.overHttp(userId) : undefined
    // JSON is UTF-8 (RFC 8259, 8.1): to decode anything else would be to change it.
    const context = app.rpcContext(session, { budget, departure })
    const call = app.rpc(isUtf8(body) ? body.toString() : '', context)
    const long = userId && call.isLong ? await app.unreadAnswers.begin(userId, signalOf(departure)) : undefined
    reply.raw.once('close', () => long?.end())
    const answer = await call.run()
    if (answer === undefined) reply.code(204)
    if (call.refusal) reply.code(429).header('retry-after', call.refusal.retryAfterSeconds)
    if (!session) reply.code(401)
    reply.type('application/json')
    return long && answer ? sendLong(reply, answer, long, options) : reply.send(answer)
  })
}

/** Sends an answer as bytes, so that its text is not kept beside them. */
function sendLong(reply: FastifyReply, answer: string, long: LongAnswer, { answerTimeoutMs }: RpcOverHttpOptions) {
  const { socket } = reply.request.raw
  const bytes = Buffer.from(answer)
  const drop = () => socket.destroy()
  long.ready(bytes.length, drop)
  const endWatch = watchTaking(socket, answerTimeoutMs, drop)
  reply.raw.once('close', endWatch)
  return reply.send(bytes)
}
