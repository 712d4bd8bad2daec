import type { FastifyInstance } from 'fastify'

/** JSON-RPC over HTTP, for scripts: `POST /rpc` with the cookie or `Authorization: Bearer TOKEN`. */
export default async function rpcOverHttp(app: FastifyInstance): Promise<void> {
  // The dispatch parses, so that a text that is no JSON gets the JSON-RPC error.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => done(null, text))

  app.post<{ Body: string | undefined }>('/rpc', { onRequest: app.authenticate }, async (request, reply) => {
    const answer = await app.rpc(request.body ?? '', app.rpcContext(request))
    if (answer === undefined) return reply.code(204).send()
    return reply
      .code(request.identity ? 200 : 401)
      .type('application/json')
      .send(answer)
  })
}
