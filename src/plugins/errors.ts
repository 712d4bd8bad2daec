import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { AppError, type ErrorKind } from '../errors.js'
import { createCheck } from '../schemas/validate.js'

const kindOfStatus: Record<number, ErrorKind> = {
  400: 'badRequest',
  404: 'notFound',
  413: 'tooLarge',
  415: 'unsupportedMediaType'
}

/** Every HTTP error has the body `{Error:{name, message, details?}}`; bodies are checked without coercion. */
export default fp(
  async (app) => {
    app.setValidatorCompiler(({ schema }) => {
      const check = createCheck(schema)
      return (body) => {
        const details = check(body)
        if (details.length === 0) return { value: body }
        return { error: new AppError('badRequest', 'The body does not have the right shape.', { details }) }
      }
    })

    // As text or a form, a body could come from any site without the browser asking (CORS) first.
    app.removeContentTypeParser('text/plain')

    app.setErrorHandler(answerError)
  },
  { name: 'errors', fastify: '5.x' }
)

/** Answers an error; also those that Fastify finds before there is a route, such as a URL that cannot be decoded. */
export function answerError(error: FastifyError | AppError, request: FastifyRequest, reply: FastifyReply) {
  const refusal = toRefusal(error)
  if (refusal.kind === 'internal') request.log.error(error)
  const { retryAfterMs } = refusal.explanation
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000))
  return reply.code(refusal.status).send(refusal.toBody())
}

/** Fastify's own refusals keep their status, and get one of our sentences. */
function toRefusal(error: FastifyError | AppError): AppError {
  const kind = error instanceof AppError ? undefined : kindOfStatus[error.statusCode ?? 500]
  return kind ? new AppError(kind) : AppError.from(error)
}
