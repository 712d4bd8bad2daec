import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { watchTaking } from '../../limits/stall.js'
import type { Call } from '../../rpc/dispatch.js'
import { createGone } from '../../rpc/method.js'
import type { Session } from '../../store/records.js'

interface RpcOverHttpOptions {
  /** Milliseconds in which a client must take something of a long answer. */
  answerTimeoutMs: number
}

const nothing = Buffer.alloc(0)

/** JSON-RPC over HTTP, for scripts: `POST /rpc` with the cookie or `Authorization: Bearer TOKEN`. */
export default async function rpcOverHttp(app: FastifyInstance, options: RpcOverHttpOptions): Promise<void> {
  // The dispatch parses: a text that is not JSON gets the JSON-RPC error.
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.post<{ Body: Buffer | undefined }>('/rpc', { onRequest: app.authenticate }, async (request, reply) => {
    const { session, body = nothing } = request
    const gone = createGone()
    reply.raw.once('close', () => gone.controller.abort())
    const callLimits = session && app.limits.callLimitsOf?.(session.user._id)
    // JSON is UTF-8 (RFC 8259, 8.1): anything else would be changed by decoding it.
    const call = app.rpc(isUtf8(body) ? body.toString() : '', app.rpcContext(session, { callLimits, gone }))
    const answer =
      session && call.isLong ? await answerLong(call, session, gone.controller.signal, reply) : await call.run()
    if (call.refusal) reply.header('retry-after', call.refusal.retryAfterSeconds)
    return reply
      .code(statusOf(call, answer, session))
      .type('application/json')
      .send(answer)
  })

  /** Makes an answer as bytes, without its text in memory beside them, and watches whether the client takes it. */
  async function answerLong(call: Call, session: Session, signal: AbortSignal, reply: FastifyReply) {
    await call.untilAllowed()
    const { socket } = reply.request.raw
    const cutOff = () => socket.destroy()
    const make = async () => {
      const answer = await call.run()
      return answer === undefined ? undefined : Buffer.from(answer)
    }
    const { bytes, taken } = await app.unreadAnswers.make({ userId: session.user._id, signal, make, cutOff })
    reply.raw.once('close', taken)
    if (!signal.aborted) reply.raw.once('close', watchTaking(socket, options.answerTimeoutMs, cutOff))
    return bytes
  }
}

function statusOf({ refusal }: Call, answer: unknown, session: Session | undefined): number {
  if (!session) return 401
  if (refusal) return refusal.status
  return answer === undefined ? 204 : 200
}
