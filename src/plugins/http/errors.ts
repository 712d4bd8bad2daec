import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { AppError, type ErrorKind } from '../../errors.js'
import { createCheck } from '../../schemas/validate.js'
import { bareHeaders } from './headers.js'
import { logRequest } from './logs.js'

const kindOfStatus: Record<number, ErrorKind> = {
  // @fastify/static answers 403 for files that it does not show, such as those whose names begin with a dot.
  403: 'notFound',
  404: 'notFound',
  413: 'tooLarge',
  415: 'unsupportedMediaType'
}

const headersTooLarge = 431

type HttpSocket = Socket & { _httpMessage?: ServerResponse | null }

/** Gives every HTTP error the body `{Error:{name, message, details?}}`, and checks bodies without coercion. */
export function setErrors(app: FastifyInstance): void {
  app.setValidatorCompiler(({ schema }) => {
    const check = createCheck(schema as TSchema)
    return (body) => {
      const details = check(body)
      if (details.length === 0) return { value: body }
      return { error: new AppError('badRequest', 'The body does not have the right shape.', { details }) }
    }
  })

  // A browser sends text from any site without asking first (CORS).
  app.removeContentTypeParser('text/plain')

  app.setErrorHandler(answerError)
}

/** Answers errors before there is a route, such as a URL that cannot be decoded, and ends the connection. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  // Nothing else would close the socket of an upgrade.
  reply.raw.once('finish', () => request.raw.socket.destroySoon())
  answerError(error, request, reply.headers(bareHeaders))
  logRequest(request, reply)
}

/** Answers bytes that are not HTTP, too large a header, and slow requests (RFC 9110, 15.5). */
export function answerClientError(
  this: FastifyInstance,
  { code }: Error & { code?: string },
  socket: HttpSocket
): void {
  // The client has gone.
  if (!socket.writable) return void socket.destroy()
  this.log.info({ code, address: socket.remoteAddress }, 'not HTTP, or too slow')
  // Amid an answer that has begun, another one would be a part of it.
  if (socket._httpMessage?.headersSent) return void socket.destroy()
  const refusal = new AppError(code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'tooSlow' : 'badRequest')
  const status = code === 'HPE_HEADER_OVERFLOW' ? headersTooLarge : refusal.status
  const body = JSON.stringify(refusal.toBody())
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(bareHeaders).map(([name, value]) => `${name}: ${value}`)
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}

function answerError(error: FastifyError | AppError, request: FastifyRequest, reply: FastifyReply) {
  const refusal = toRefusal(error)
  const { retryAfterSeconds } = refusal
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  if (refusal.kind === 'tooSlow') reply.header('connection', 'close')
  const keepsStatus = refusal.kind === 'badRequest' && 'statusCode' in error
  reply.code(keepsStatus ? Number(error.statusCode) : refusal.status)
  if (refusal.kind === 'internal' || refusal.cause) logRequest(request, reply, error)
  return reply.send(refusal.toBody())
}

/** Gives refusals of Fastify and its plugins a sentence of the table of errors. */
function toRefusal(error: FastifyError | AppError): AppError {
  const { statusCode = 500 } = error as Partial<FastifyError>
  const isRefusal = !(error instanceof AppError) && statusCode >= 400 && statusCode < 500
  return isRefusal ? new AppError(kindOfStatus[statusCode] ?? 'badRequest') : AppError.from(error)
}
