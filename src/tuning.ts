import type { Config } from './schemas/config/index.js'

/**
 * Limits that are not settings, because an operator has no way to choose them: the default of each, with its unit and why it fits every server.
 * They were settings and keep those names. `createApp` takes other values.
 */
export const defaultTuning = {
  JWT: {
    /** Maximum sessions in memory: log-outs, and log-ins on a full disk, that the store did not take. A store that works leaves none. */
    maxRememberedSessions: 10_000
  },
  webSocket: {
    /** Maximum fragments of a frame. Browsers send one; the bound keeps a client from costing memory for each empty one. */
    maxFragments: 64,
    /** Maximum pieces of a frame from the network, beyond those that its size needs. Normal networks deliver larger ones. */
    maxBufferedChunks: 4096,
    /** Maximum bytes of the answers of a batch. A client sends the calls that were refused again, in a batch of their own. */
    maxAnswerBytes: 16 * 1024 * 1024,
    /** Milliseconds in which a client must take something of a long answer. A client that took nothing for so long has gone. */
    answerTimeoutMs: 20_000,
    /** Maximum frames of a connection without an answer; beyond it the socket is not read, which a client does not notice. */
    maxPendingFrames: 64,
    /** Milliseconds in which waiting calls may begin before the event loop serves other sockets: a trade of delay for throughput. */
    maxTurnMs: 5,
    /** Milliseconds in which a client must answer a close frame, and at a stop finish a request. Two round trips on any network. */
    closeTimeoutMs: 2000
  },
  app: {
    /** Maximum HTTP requests over one connection; 0: no limit. A client opens another one. */
    maxRequestsPerSocket: 1000
  },
  overload: {
    /** Milliseconds that the event loop must be late before high CPU use causes refusals; 0: not at all. Users notice it from there. */
    busyEventLoopDelayMs: 100,
    /** Milliseconds of a measurement, and of the delay that a refused client is told. Shorter ones follow single calls. */
    sampleIntervalMs: 5000
  },
  accounts: {
    /** Maximum bytes of the body of a sign-up or a log-in. The longest valid one has a third of it in UTF-8. */
    bodyLimitBytes: 16_384
  },
  rate: {
    /** Milliseconds in which `refusalsBeforeClose` counts; refusals within a tenth of it count as one. */
    refusalsWindowMs: 10_000
  }
}

type Sections = typeof defaultTuning

/** Values in place of the defaults, by section. */
export type Tuning = { [Section in keyof Sections]?: Partial<Sections[Section]> }

/** The configuration with all its limits, as the plugins get it. */
export type Settings = Config & Sections

/** Adds the limits that are not settings to the configuration. */
export function tune(config: Config, tuning: Tuning): Settings {
  const section = <Name extends keyof Sections>(name: Name) => ({
    ...config[name],
    ...defaultTuning[name],
    ...tuning[name]
  })
  return {
    ...config,
    JWT: section('JWT'),
    webSocket: section('webSocket'),
    app: section('app'),
    overload: section('overload'),
    accounts: section('accounts'),
    rate: section('rate')
  }
}

/** Returns the paths of the limits that were settings, such as `webSocket.maxFragments`. */
export function listTuned(): string[] {
  return Object.entries(defaultTuning).flatMap(([section, limits]) =>
    Object.keys(limits).map((key) => `${section}.${key}`)
  )
}
