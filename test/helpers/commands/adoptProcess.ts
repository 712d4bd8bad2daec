import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { resolve } from 'node:path'
import type { Test } from 'tap'
import { adopt } from '../../../src/commands/adopt/index.js'

/** Runs the command in a process of its own, which ends with the test. */
export function spawnAdopt(t: Test, args: string[]): ChildProcess {
  const child = spawn(process.execPath, [resolve('dist/src/server.js'), 'adopt', ...args])
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

const writes = new Set(['insert', 'update', 'delete', 'findAndModify', 'createIndexes', 'dropIndexes'])
// An OP_MSG begins with its header, flags, the kind of a section, the size of a document and the type of its first key.
const nameOffset = 26

/** Opens a proxy to a database that ends before the write of a number and calls back. */
async function openWay(t: Test, url: string, write: number, onEnd: () => void) {
  const { port, hostname, pathname } = new URL(url)
  const sockets = new Set<Socket>()
  let left = write

  const way = createServer((client) => {
    const server = connect(Number(port), hostname)
    for (const socket of [client, server]) sockets.add(socket.on('error', () => socket.destroy()))
    client.on('close', () => server.destroy())
    server.pipe(client)
    client.on('data', (chunk) => {
      if (writes.has(chunk.toString('latin1', nameOffset, chunk.indexOf(0, nameOffset)))) left--
      if (left > 0) server.write(chunk)
      else end()
    })
  }).listen(0, '127.0.0.1')
  await once(way, 'listening')
  t.teardown(end)

  function end() {
    way.close()
    onEnd()
    for (const socket of sockets) socket.destroy()
  }
  return `mongodb://127.0.0.1:${(way.address() as AddressInfo).port}${pathname}`
}

/** Runs the command and kills its process before the write of a number. Returns whether it ended before. */
export async function runUntilKilled(t: Test, url: string, write: number): Promise<boolean> {
  const child = spawnAdopt(t, [await openWay(t, url, write, () => child.kill('SIGKILL'))])
  child.stdout?.resume()
  child.stderr?.resume()
  const [code] = await once(child, 'exit')
  return code === 0
}

/** Runs the command, whose database is away from the write of a number. Returns whether it ended before. */
export async function runUntilCut(t: Test, url: string, write: number): Promise<boolean> {
  const way = await openWay(t, url, write, () => {})
  return adopt([way], () => {}).then(
    () => true,
    () => false
  )
}
