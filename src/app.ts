import type { IncomingMessage } from 'node:http'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import auth from './plugins/auth.js'
import db from './plugins/db.js'
import logOuts from './plugins/endedSessions.js'
import { answerClientError, answerFrameworkError, setErrors } from './plugins/http/errors.js'
import headers from './plugins/http/headers.js'
import httpTimeouts from './plugins/http/httpTimeouts.js'
import logs, { childLoggerFactory, loggerOptions } from './plugins/http/logs.js'
import origin from './plugins/http/origin.js'
import overload from './plugins/http/overload.js'
import shutdown from './plugins/http/shutdown.js'
import { timeoutsOf, uploadTimeoutOf } from './plugins/http/timeouts.js'
import limits from './plugins/limits.js'
import metrics from './plugins/metrics.js'
import notifier from './plugins/notifier.js'
import accounts from './plugins/routes/accounts.js'
import images from './plugins/routes/images.js'
import pages from './plugins/routes/pages.js'
import probes from './plugins/routes/probes.js'
import rpcOverHttp from './plugins/routes/rpcOverHttp.js'
import rpc from './plugins/rpc.js'
import { methods as messenger } from './rpc/index.js'
import type { Methods } from './rpc/method.js'
import { normalizeForwardedFor, splitAddresses } from './schemas/addresses.js'
import type { Config } from './schemas/config/index.js'

/**
 * The wiring diagram: the whole server, not yet listening. `app.close()` ends everything that it has opened.
 *
 * @param methods the JSON-RPC methods that it answers
 */
export function createApp(config: Config, methods: Methods = messenger): FastifyInstance {
  const { JWT, cookie, webSocket, client, legacyWire } = config
  const { trustProxy, connectionTimeoutMs, handlerTimeoutMs } = config.app

  const app = Fastify({
    logger: loggerOptions(config.app.logLevel),
    childLoggerFactory,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: config.app.bodyLimitBytes,
    ...timeoutsOf(config.app),
    // The store has a time of its own to open, and its error names the database.
    pluginTimeout: 0,
    trustProxy: trustProxy !== undefined && splitAddresses(trustProxy),
    return503OnClosing: false,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
    // Fastify calls this first, before anything asks for the address.
    rewriteUrl(request) {
      normalizeForwardedFor(request.headers)
      return isUpgradeOfRoot(request) ? webSocket.path : (request.url as string)
    }
  })

  setErrors(app)
  // First: at a stop the hooks run in this order, and its time counts from the beginning.
  app.register(shutdown, webSocket)
  app.register(logs)
  app.register(metrics, { methods })
  app.register(db, { ...config.db, ...config.sqlite })
  app.register(auth, {
    ...JWT,
    ...cookie,
    maxSessionsPerUser: config.accounts.maxSessionsPerUser,
    isProduction: config.app.nodeEnv === 'production'
  })
  app.register(rpc, { ...webSocket, ...config.history, ...config.users, ...config.rate, methods, legacyWire })
  app.register(notifier, config.presence)
  app.register(logOuts, { ...webSocket, expiryIntervalMs: webSocket.pingIntervalMs })
  app.register(headers)
  app.register(overload, config.overload)
  app.register(httpTimeouts, { connectionTimeoutMs, handlerTimeoutMs })
  app.register(probes)
  app.register(origin, client)
  app.register(limits, { ...config.rate, rateLimits: config.app.rateLimits })
  app.register(accounts, config.accounts)
  app.register(images, { ...config.images, handlerTimeoutMs: uploadTimeoutOf(config.app) })
  app.register(rpcOverHttp, webSocket)
  app.register(pages, { clientDir: client.dir })

  return app
}

/** The WebSocket is at `/` too, where a plain GET is for the page. */
function isUpgradeOfRoot({ url, headers: { upgrade } }: IncomingMessage): boolean {
  return upgrade?.toLowerCase() === 'websocket' && url?.split('?', 1)[0] === '/'
}
