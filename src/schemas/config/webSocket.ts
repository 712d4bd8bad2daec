import { Type } from 'typebox'
import { limit } from './setting.js'

export const WebSocketConfigSchema = Type.Object({
  host: Type.String({ default: '', description: 'Address to listen on, every one when empty' }),
  path: Type.String({ pattern: '^/.', default: '/api', description: 'Path of the WebSocket, which is at / as well' }),
  maxConnections: limit(10_000, 'Connections at the same time; the next one is refused. 0 is no limit', 0),
  maxConnectionsPerUser: limit(20, 'Connections of one user at the same time. 0 is no limit', 0),
  maxPayloadBytes: limit(65_536, 'Size of a frame'),
  maxFragments: limit(64, 'Fragments of a frame'),
  maxBufferedChunks: limit(4096, 'Pieces in which a frame arrives'),
  maxBatchCalls: limit(50, 'Calls in a batch'),
  maxAnswerBytes: limit(16 * 1024 * 1024, 'Bytes of the answers of a batch; its calls beyond them are refused'),
  maxUnreadBytesPerUser: limit(
    4 * 1024 * 1024,
    'Bytes of answers that a user may leave unread, over all connections and HTTP; the next page waits for them; 0: no limit',
    0
  ),
  maxUnreadBytes: limit(
    64 * 1024 * 1024,
    'Bytes of answers that all users may leave unread; beyond them the user with the most loses the connection of the ' +
      'oldest one; 0: no limit',
    0
  ),
  answerTimeoutMs: limit(
    20_000,
    'Time in which a client must take something of a long answer before it is disconnected'
  ),
  maxBufferedBytes: limit(
    1024 * 1024,
    'Notifications that a connection may leave unread before it is closed; 0: any',
    0
  ),
  maxPendingFrames: limit(64, 'Unanswered frames of a connection, after which no more of it are read'),
  maxTurnMs: limit(
    5,
    'How long calls that have waited may begin in one turn of the event loop, but for one call of each connection',
    0
  ),
  pingIntervalMs: limit(
    25_000,
    'How often a connection is pinged; ended when it gives no sign of life between two pings'
  ),
  sessionCheckIntervalMs: limit(300_000, 'How often it is looked who was logged out by another process'),
  reconnectAfterMs: limit(1000, 'How long clients are asked to wait when the server stops'),
  drainTimeoutMs: limit(5000, 'How long running calls have to end when the server stops'),
  closeTimeoutMs: limit(2000, 'How long clients have to answer a close, and when the server stops to end a request')
})
