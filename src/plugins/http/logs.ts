import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { AppError } from '../../errors.js'

declare module 'fastify' {
  interface FastifyBaseLogger {
    /** Of pino. */
    isLevelEnabled(level: string): boolean
  }
  interface FastifyRequest {
    /** What its line in the log also says. Never a text, a password, a token or an e-mail. */
    noted: Noted | undefined
    /** Whether its line is done with: written, or not wanted at this level. */
    isLogged: boolean
  }
}

interface Noted {
  event: 'signup' | 'login' | 'loginFailed'
  userId?: string
}

interface FailureLine {
  [key: string]: unknown
  type: string
  message: string
  code?: unknown
  stack: string
  cause?: FailureLine
}

// An error may be its own cause.
const maxCauses = 5

const secrets = ['cookie', 'authorization', '["set-cookie"]']
const places = ['headers', '*.headers']

/** How the log is written: one JSON text a line, without what would let somebody in. */
export function loggerOptions(level: string) {
  return {
    level,
    redact: places.flatMap((place) => secrets.map((name) => place + (name.startsWith('[') ? name : `.${name}`))),
    serializers: { err: describeFailure, req: describeRequest }
  }
}

/** Fastify would make a logger for each request, which is 1.9 KB of garbage a handshake: its one line names the request itself. */
export const childLoggerFactory = (logger: FastifyBaseLogger) => logger

/** One line for each HTTP request that has come to its end. */
export default fp(
  async (app) => {
    app.decorateRequest('noted', undefined)
    app.decorateRequest('isLogged', false)
    app.addHook('onResponse', async (request, reply) => {
      if (!request.isLogged) logRequest(request, reply)
    })
  },
  { name: 'logs', fastify: '5.x' }
)

/** @param failure why it was answered with 5xx, where that is our fault */
export function logRequest(request: FastifyRequest, reply: FastifyReply, failure?: Error): void {
  request.isLogged = true
  if (!failure && !tellsInfo(request)) return
  const { statusCode: status, elapsedTime } = reply
  const line = {
    ...nameRequest(request),
    status,
    durationMs: Math.round(elapsedTime),
    ...request.noted
  }
  if (failure) request.log.error({ ...line, err: failure }, failure.message)
  else request.log.info(line)
}

/** An upgrade has no response that could end. */
export function logHandshake(request: FastifyRequest, userId: string | undefined, refusal?: AppError): void {
  if (!tellsInfo(request)) return
  request.log.info({ ...nameRequest(request), status: 101, userId, refusal: refusal?.name })
}

/** Whether lines of level info are written. Asked first: `request.ip` is a call of the system, and the socket keeps its answer. */
const tellsInfo = ({ log }: FastifyRequest) => log.isLevelEnabled('info')

/** Which request a line is about. */
function nameRequest(request: FastifyRequest) {
  return { reqId: request.id, ...describeRequest(request), address: request.ip }
}

/** Without its query, which may hold anything. */
function describeRequest({ method, url }: { method: string; url: string }) {
  return { method, path: url.split('?', 1)[0] }
}

/** An error without what else hangs on it: a driver's may carry what was to be stored. */
function describeFailure(error: unknown, depth = 0): FailureLine {
  if (!(error instanceof Error)) return { type: typeof error, message: 'What was thrown is no error.', stack: '' }
  const { name, message, stack = '', cause } = error
  const { code } = error as NodeJS.ErrnoException
  return {
    type: name,
    message,
    code,
    stack,
    ...(cause !== undefined && depth < maxCauses && { cause: describeFailure(cause, depth + 1) })
  }
}
