import { connect } from 'node:net'

/** Bytes for one connection, piece by piece. */
export type Garbage = Buffer[]

const maxMs = 800
const quietMs = 100

/** Sends the pieces. Returns the reply until the server closes the connection or falls silent. */
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
