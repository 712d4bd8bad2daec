import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { AppError, type ErrorKind } from '../../errors.js'
import { createCheck } from '../../schemas/validate.js'
import { bareHeaders } from './headers.js'
import { logRequest } from './logs.js'

const kindOfStatus: Record<number, ErrorKind> = {
  // Of @fastify/static, for what it does not show, such as files whose names begin with a dot.
  403: 'notFound',
  404: 'notFound',
  413: 'tooLarge',
  415: 'unsupportedMediaType'
}

const headersTooLarge = 431

type HttpSocket = Socket & { _httpMessage?: ServerResponse | null }

/** Every HTTP error has the body `{Error:{name, message, details?}}`; bodies are checked without coercion. */
export function setErrors(app: FastifyInstance): void {
  app.setValidatorCompiler(({ schema }) => {
    const check = createCheck(schema as TSchema)
    return (body) => {
      const details = check(body)
      if (details.length === 0) return { value: body }
      return { error: new AppError('badRequest', 'The body does not have the right shape.', { details }) }
    }
  })

  // As text or a form, a body could come from any site without the browser asking (CORS) first.
  app.removeContentTypeParser('text/plain')

  app.setErrorHandler(answerError)
}

/** Answers what Fastify finds before there is a route, such as a URL that cannot be decoded, and ends the connection. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  // An upgrade's socket would be closed by nobody else.
  reply.raw.once('finish', () => request.raw.socket.destroySoon())
  answerError(error, request, reply.headers(bareHeaders))
  logRequest(request, reply)
}

/** Answers what is no HTTP at all, too large a header, or too slow (RFC 9110, 15.5). */
export function answerClientError(
  this: FastifyInstance,
  { code }: Error & { code?: string },
  socket: HttpSocket
): void {
  // Who has gone is answered nothing.
  if (!socket.writable) return void socket.destroy()
  this.log.info({ code, address: socket.remoteAddress }, 'no HTTP, or too slow')
  // Amid an answer that has begun, another one would be a part of it. Node's own handler does so, too.
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

/** Refusals of Fastify and its plugins get one of our sentences, and keep their status where that has none of ours. */
function toRefusal(error: FastifyError | AppError): AppError {
  const { statusCode = 500 } = error as Partial<FastifyError>
  const isRefusal = !(error instanceof AppError) && statusCode >= 400 && statusCode < 500
  return isRefusal ? new AppError(kindOfStatus[statusCode] ?? 'badRequest') : AppError.from(error)
}
