import { Type } from 'typebox'
import { limit } from './setting.js'

/** How often what may be done. */
export const RateConfigSchema = Type.Object({
  requestsPerMinute: limit(300, 'HTTP requests from one address', 0),
  handshakesPerMinute: limit(60, 'WebSocket connections opened from one address', 0),
  signupsPerHour: limit(10, 'Sign-ups from one address', 0),
  signupBurst: limit(5, 'Sign-ups from one address at once'),
  uploadsPerMinute: limit(10, 'Uploads by one user', 0),
  failedLogIns: limit(10, 'Failed log-ins to one account from one address, after which more are refused', 0),
  failedLogInsWindowMs: limit(900_000, 'How long those are counted together'),
  failedLogInsOfAddressPerDay: limit(100, 'Failed log-ins from one address, after which more are refused', 0),
  failedLogInsOfAccountPerDay: limit(100, 'Failed log-ins to one account, after which each is delayed', 0),
  failedLogInDelayMs: limit(2000, 'How long it is delayed then'),
  callsPerSecond: limit(50, 'JSON-RPC calls of one user, over all connections and HTTP', 0),
  callBurst: limit(100, 'Such calls at once'),
  messagesPerSecond: limit(5, 'Messages sent by one user', 0),
  messageBurst: limit(60, 'Messages at once'),
  searchesPerSecond: limit(2, 'Calls of `findUsers` and `findUsersByTag` by one user', 0),
  searchBurst: limit(20, 'Such calls at once'),
  answerBytesPerSecond: limit(
    4 * 1024 * 1024,
    'Bytes of pages of messages, dialogs and updates in answers to one user; the next page waits',
    0
  ),
  answerBurstBytes: limit(32 * 1024 * 1024, 'Such bytes at once'),
  maxDelayMs: limit(1000, 'How long a call over its rate may be delayed; one that had to wait longer is refused', 0),
  refusalsBeforeClose: limit(3, 'A client that goes on calling after so many refusals is cut off', 0),
  maxTracked: limit(10_000, 'Addresses, accounts or users that each of these limits remembers')
})
