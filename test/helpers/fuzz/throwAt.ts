import { connect } from 'node:net'

/** What goes over a connection of its own, piece by piece. */
export type Garbage = Buffer[]

const maxMs = 800
const quietMs = 100

/** @returns what comes back until the server ends the connection, or has nothing more to say */
export function throwAt(url: string, pieces: Garbage): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const replies: Buffer[] = []
  return new Promise((resolve) => {
    const finish = () => {
      socket.destroy()
      resolve(Buffer.concat(replies).toString('latin1'))
    }
    const latest = setTimeout(finish, maxMs)
    socket.on('close', () => {
      clearTimeout(latest)
      finish()
    })
    socket.on('error', () => {})
    socket.setTimeout(quietMs, finish)
    socket.on('data', (chunk) => replies.push(chunk))
    writeAll(0)

    function writeAll(index: number) {
      const piece = pieces[index]
      if (piece && socket.writable) socket.write(piece, () => setImmediate(writeAll, index + 1))
    }
  })
}
