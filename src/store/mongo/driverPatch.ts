import type { EventEmitter } from 'node:events'

type Once = (emitter: EventEmitter, name: string, options?: object) => Promise<unknown>

const patched = Symbol.for('messenger-server.patched')

/**
 * Lets the driver notice that a socket has closed while it waits to write to it. Version 7.9 waits for `drain` or `error`,
 * and a socket that is destroyed and not yet closed, which all are at once when the server goes, emits neither: the
 * operation, or the watch over the server and with it everything, would wait for ever.
 */
export async function patchDriver(): Promise<void> {
  // It has no types.
  const path = 'mongodb/lib/utils.js'
  const { default: utils }: { default: { once?: Once; [patched]?: true } } = await import(path)
  const { once } = utils
  if (!once || utils[patched]) return
  utils[patched] = true
  utils.once = (emitter, name, options) => {
    if (name !== 'drain') return once(emitter, name, options)
    // What the driver takes for a broken connection.
    const onClose = () => emitter.emit('error', new Error('The connection has closed.'))
    emitter.once('close', onClose)
    return once(emitter, name, options).finally(() => emitter.off('close', onClose))
  }
}
