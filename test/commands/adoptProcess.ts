import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { resolve } from 'node:path'
import type { Test } from 'tap'

/** Runs the command as its users do, in a process of its own; it ends with the test. */
export function spawnAdopt(t: Test, args: string[]): ChildProcess {
  const child = spawn(process.execPath, [resolve('dist/src/server.js'), 'adopt', ...args])
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

const writes = new Set(['insert', 'update', 'delete', 'findAndModify', 'createIndexes', 'dropIndexes'])
// Of an OP_MSG: its header, its flags, the kind of its first section, the size of the document and the type of its first key.
const nameOffset = 26

/**
 * Runs it until it makes so many writes, and kills it before the last of them comes to the database.
 *
 * @returns whether it has ended by itself before
 */
export async function runUntilWrite(t: Test, url: string, count: number): Promise<boolean> {
  const { port, hostname, pathname } = new URL(url)
  let left = count
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname)
    client.on('error', () => server.destroy()).on('close', () => server.destroy())
    server.on('error', () => client.destroy()).on('close', () => client.destroy())
    server.pipe(client)
    client.on('data', (chunk) => {
      const name = chunk.toString('latin1', nameOffset, chunk.indexOf(0, nameOffset))
      if (writes.has(name)) left--
      if (left > 0) server.write(chunk)
      else child.kill('SIGKILL')
    })
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const child = spawnAdopt(t, [`mongodb://127.0.0.1:${(proxy.address() as AddressInfo).port}${pathname}`])
  child.stdout?.resume()
  child.stderr?.resume()
  const [code] = await once(child, 'exit')
  proxy.close()
  return code === 0
}
