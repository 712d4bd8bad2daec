import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { createDeparture, depart } from '../rpc/departure.js'

const nothing = Buffer.alloc(0)

/** JSON-RPC over HTTP, for scripts: `POST /rpc` with the cookie or `Authorization: Bearer TOKEN`. */
export default async function rpcOverHttp(app: FastifyInstance): Promise<void> {
  // The dispatch parses, so that a text that is no JSON gets the JSON-RPC error.
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.post<{ Body: Buffer | undefined }>('/rpc', { onRequest: app.authenticate }, async (request, reply) => {
    const { session, body = nothing } = request
    const departure = createDeparture()
    reply.raw.once('close', () => depart(departure, false))
    const budget = session && app.limits.budgets?.overHttp(session.user._id)
    // JSON is UTF-8 (RFC 8259, 8.1): to decode anything else would be to change it.
    const context = app.rpcContext(session, { budget, departure })
    const call = app.rpc(isUtf8(body) ? body.toString() : '', context)
    const answer = await call.run()
    if (answer === undefined) reply.code(204)
    if (call.refusal) reply.code(429).header('retry-after', call.refusal.retryAfterSeconds)
    if (!session) reply.code(401)
    return reply.type('application/json').send(answer)
  })
}
