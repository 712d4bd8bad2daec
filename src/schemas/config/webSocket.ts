import { Type } from 'typebox'
import { limit } from './setting.js'

export const WebSocketConfigSchema = Type.Object({
  host: Type.String({ default: '', description: 'Address to listen on; every address when empty' }),
  path: Type.String({ pattern: '^/.', default: '/api', description: 'Path of the WebSocket, which is at / as well' }),
  maxConnections: limit(10_000, 'Maximum connections; the next one is refused. 0: no limit', 0),
  maxConnectionsPerUser: limit(20, 'Maximum connections of one user; the next one is refused. 0: no limit', 0),
  maxPayloadBytes: limit(65_536, 'Maximum bytes of a frame'),
  maxBatchCalls: limit(50, 'Maximum calls in a batch'),
  maxUnreadBytesPerUser: limit(
    4 * 1024 * 1024,
    'Maximum bytes of unread answers of one user, over all connections and HTTP; the next page waits. 0: no limit',
    0
  ),
  maxUnreadBytes: limit(
    64 * 1024 * 1024,
    'Maximum bytes of unread answers of all users; beyond it the user with the most loses the connection of the oldest ' +
      'answer. 0: no limit',
    0
  ),
  maxBufferedBytes: limit(
    1024 * 1024,
    'Maximum bytes of unread notifications; beyond it the connection is closed. 0: no limit.',
    0
  ),
  pingIntervalMs: limit(
    25_000,
    'Milliseconds between pings; a connection without a sign of life between two is closed'
  ),
  sessionCheckIntervalMs: limit(300_000, 'How often to check for sessions ended by another process'),
  reconnectAfterMs: limit(1000, 'Milliseconds that clients are asked to wait when the server stops'),
  drainTimeoutMs: limit(5000, 'Milliseconds in which running calls must end when the server stops')
})
