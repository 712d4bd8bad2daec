import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { AppError } from '../../errors.js'

declare module 'fastify' {
  interface FastifyBaseLogger {
    /** A method of pino. */
    isLevelEnabled(level: string): boolean
  }
  interface FastifyRequest {
    /** Fields that its log line also has. Never a text, a password, a token or an e-mail. */
    noted: Noted | undefined
    /** Whether its log line is written, or not wanted at this level. */
    isLogged: boolean
  }
}

interface Noted {
  event: 'signup' | 'login' | 'loginFailed'
  userId?: string
}

// An error may be its own cause.
const maxCauses = 5

const secrets = ['cookie', 'authorization', '["set-cookie"]']
const places = ['headers', '*.headers']

/** Returns the options of the log: one JSON text a line, without credentials. */
export function loggerOptions(level: string) {
  return {
    level,
    redact: places.flatMap((place) => secrets.map((name) => place + (name.startsWith('[') ? name : `.${name}`))),
    serializers: { err: describeFailure, req: describeRequest }
  }
}

/** Keeps one logger: Fastify's for each request is 1.9 KB of garbage a handshake, and the one log line names the request itself. */
export const childLoggerFactory = (logger: FastifyBaseLogger) => logger

/** Logs one line for each HTTP request that has ended. */
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

/** @param failure the cause of a 5xx that is a fault of the server */
export function logRequest(request: FastifyRequest, reply: FastifyReply, failure?: Error): void {
  request.isLogged = true
  if (!failure && !tellsInfo(request)) return
  const { statusCode: status, elapsedTime } = reply
  const line = { ...nameRequest(request), status, durationMs: Math.round(elapsedTime), ...request.noted }
  if (failure) request.log.error({ ...line, err: failure }, failure.message)
  else request.log.info(line)
}

/** Logs an upgrade, which has no response that could end. */
export function logHandshake(request: FastifyRequest, userId: string | undefined, refusal?: AppError): void {
  if (!tellsInfo(request)) return
  request.log.info({ ...nameRequest(request), status: 101, userId, refusal: refusal?.name })
}

/** Tells whether level info is logged. Asked before `request.ip`, which is a system call whose result the socket keeps. */
const tellsInfo = ({ log }: FastifyRequest) => log.isLevelEnabled('info')

function nameRequest(request: FastifyRequest) {
  return { reqId: request.id, ...describeRequest(request), address: request.ip }
}

/** Leaves out the query, which may hold secrets. */
function describeRequest({ method, url }: { method: string; url: string }) {
  return { method, path: url.split('?', 1)[0] }
}

/** Leaves out the other properties of an error: a driver's may carry what was to be stored. */
function describeFailure(
  error: unknown,
  depth = 0
): Record<string, unknown> & Record<'type' | 'message' | 'stack', string> {
  if (!(error instanceof Error)) return { type: typeof error, message: 'The thrown value is not an error.', stack: '' }
  const { name, message, stack = '', cause } = error
  const { code } = error as NodeJS.ErrnoException
  const line = { type: name, message, code, stack }
  return cause !== undefined && depth < maxCauses ? { ...line, cause: describeFailure(cause, depth + 1) } : line
}
