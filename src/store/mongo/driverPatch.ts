import type { EventEmitter } from 'node:events'
// The bundle has a `createRequire` already.
import { createRequire as requireFrom } from 'node:module'

type Once = (emitter: EventEmitter & Socket, name: string, options?: object) => Promise<unknown>

interface Socket {
  destroyed?: boolean
}

const patched = Symbol.for('messenger-server.patched')

/** The parts of the package `mongodb` that the patch reads and replaces. */
export interface Driver {
  version: string
  utils: { once?: Once; [patched]?: true }
  /** The error of a broken connection, after which the driver tries again where it may. */
  MongoNetworkError: new (
    message: string
  ) => Error
}

/** The version in package.json. Another version needs a look at its `Connection.writeCommand` first. */
const patchedVersion = '7.9.0'

/**
 * Lets the driver notice the end of a socket to which it waits to write. Version 7.9 waits for `drain` or `error`. A socket that
 * is destroyed emits neither, and the end of a server destroys all sockets at once. The operation would wait for ever, or the
 * heartbeat and with it everything. No setting of the driver limits that wait.
 *
 * @throws {Error} for another version of the driver
 */
export function patchDriver(load: () => Driver = loadDriver): void {
  const { version, utils, MongoNetworkError } = orRefuse(load)
  if (utils[patched]) return
  const once = assertFits(version, utils)
  utils[patched] = true
  utils.once = (emitter, name, options) => {
    const waiting = once(emitter, name, options)
    if (name !== 'drain') return waiting
    const onClose = () => emitter.emit('error', new MongoNetworkError('The connection has closed.'))
    if (emitter.destroyed) onClose()
    else emitter.once('close', onClose)
    return waiting.finally(() => emitter.off('close', onClose))
  }
}

function loadDriver(): Driver {
  const require = requireFrom(import.meta.url)
  const { MongoNetworkError } = require('mongodb')
  return { version: require('mongodb/package.json').version, utils: require('mongodb/lib/utils.js'), MongoNetworkError }
}

function orRefuse(load: () => Driver): Driver {
  try {
    return load()
  } catch (error) {
    throw refusal('its files cannot be read', error)
  }
}

function assertFits(version: string, utils: Driver['utils']): Once {
  if (version !== patchedVersion) throw refusal(`it is version ${version}`)
  const { value: once, writable } = Object.getOwnPropertyDescriptor(utils, 'once') ?? {}
  const isKnown = typeof once === 'function' && once.length === 3 && writable
  if (!isKnown) throw refusal('its function once(emitter, name, options) has changed')
  return once
}

function refusal(why: string, cause?: unknown): Error {
  const message = `The MongoDB driver is not the one that this server was made for, mongodb@${patchedVersion}: ${why}.`
  return new Error(message, { cause })
}
