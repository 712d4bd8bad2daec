import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { resolve } from 'node:path'
import type { Test } from 'tap'
import { adopt } from '../../../src/commands/adopt/index.js'

/** Runs the command as its users do, in a process of its own; it ends with the test. */
export function spawnAdopt(t: Test, args: string[]): ChildProcess {
  const child = spawn(process.execPath, [resolve('dist/src/server.js'), 'adopt', ...args])
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

const writes = new Set(['insert', 'update', 'delete', 'findAndModify', 'createIndexes', 'dropIndexes'])
// Of an OP_MSG: its header, its flags, the kind of its first section, the size of the document and the type of its first key.
const nameOffset = 26

/** A way to a database that ends before a write of a number comes to it, and says so. */
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

/** Runs it in a process, which is killed before a write of a number. @returns whether it has ended by itself before */
export async function runUntilKilled(t: Test, url: string, write: number): Promise<boolean> {
  const child = spawnAdopt(t, [await openWay(t, url, write, () => child.kill('SIGKILL'))])
  child.stdout?.resume()
  child.stderr?.resume()
  const [code] = await once(child, 'exit')
  return code === 0
}

/** Runs it, without its database from a write of a number on. @returns whether it has ended before */
export async function runUntilCut(t: Test, url: string, write: number): Promise<boolean> {
  const way = await openWay(t, url, write, () => {})
  return adopt([way], () => {}).then(
    () => true,
    () => false
  )
}
