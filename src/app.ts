import type { IncomingMessage } from 'node:http'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import auth from './plugins/auth.js'
import db from './plugins/db.js'
import endedSessions from './plugins/endedSessions.js'
import { answerClientError, answerFrameworkError, setErrors } from './plugins/http/errors.js'
import { normalizeForwardedFor } from './plugins/http/forwardedFor.js'
import headers from './plugins/http/headers.js'
import logs, { childLoggerFactory, loggerOptions } from './plugins/http/logs.js'
import origin from './plugins/http/origin.js'
import overload from './plugins/http/overload.js'
import shutdown from './plugins/http/shutdown.js'
import timeouts, { timeoutsOf, uploadTimeoutOf } from './plugins/http/timeouts.js'
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
import { splitAddresses } from './schemas/addresses.js'
import type { Config } from './schemas/config/index.js'
import { type Settings, type Tuning, tune } from './tuning.js'

interface AppOptions {
  /** JSON-RPC methods in place of the messenger's. */
  methods?: Methods | undefined
  tuning?: Tuning
}

/** Wires the server, which does not listen yet. `app.close()` closes everything that it has opened. */
export function createApp(config: Config, { methods = messenger, tuning = {} }: AppOptions = {}): FastifyInstance {
  const settings = tune(config, tuning)
  const { JWT, cookie, webSocket, client, legacyWire, rate } = settings
  const app = createFastify(settings)

  // At a stop, hooks run in this order, and the time limit of `shutdown` counts from the beginning.
  app.register(shutdown, webSocket)

  // The server itself. Each plugin uses those before it.
  app.register(metrics, { methods })
  app.register(db, { ...settings.db, ...settings.sqlite })
  app.register(auth, { ...JWT, ...cookie, ...settings.accounts, isProduction: settings.app.nodeEnv === 'production' })
  app.register(rpc, { ...webSocket, ...settings.history, ...settings.users, ...rate, methods, legacyWire })
  app.register(notifier, settings.presence)
  app.register(endedSessions, { ...webSocket, expiryIntervalMs: webSocket.pingIntervalMs })

  // The hooks of every HTTP request, in this order.
  app.register(logs)
  app.register(headers)
  app.register(overload, settings.overload)
  app.register(timeouts, settings.app)
  app.register(origin, client)
  app.register(limits, { ...rate, rateLimits: settings.app.rateLimits })

  // The routes. The WebSocket's is in `rpc`, and the one of the counters in `metrics`.
  app.register(probes)
  app.register(accounts, settings.accounts)
  app.register(images, { ...settings.images, handlerTimeoutMs: uploadTimeoutOf(settings.app) })
  app.register(rpcOverHttp, webSocket)
  app.register(pages, { clientDir: client.dir })

  return app
}

function createFastify({ app, webSocket }: Settings) {
  const { logLevel, bodyLimitBytes, trustProxy } = app
  const server = Fastify({
    logger: loggerOptions(logLevel),
    childLoggerFactory,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    ...timeoutsOf(app),
    // The store has a time limit of its own to open, and its error names the database.
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
  setErrors(server)
  return server
}

/** Tells an upgrade at `/`, where the WebSocket is too, from a GET of the page. */
function isUpgradeOfRoot({ url, headers: { upgrade } }: IncomingMessage): boolean {
  return upgrade?.toLowerCase() === 'websocket' && url?.split('?', 1)[0] === '/'
}
