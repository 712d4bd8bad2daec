import { Type } from 'typebox'
import { limit } from './setting.js'

/** Rate limits. The share of a minute, an hour or a day may be used at once, and comes back evenly. */
export const RateConfigSchema = Type.Object({
  requestsPerMinute: limit(300, 'HTTP requests from one address', 0),
  handshakesPerMinute: limit(60, 'WebSocket connections opened from one address', 0),
  signupsPerHour: limit(10, 'Sign-ups from one address', 0),
  signupBurst: limit(5, 'Sign-ups from one address at once'),
  uploadsPerMinute: limit(10, 'Uploads by one user', 0),
  failedLogIns: limit(10, 'Failed log-ins to one account from one address, after which more are refused', 0),
  failedLogInsWindowMs: limit(
    900_000,
    'Milliseconds in which all of them are allowed again; they come back one by one'
  ),
  failedLogInsOfAddressPerDay: limit(100, 'Failed log-ins from one address, after which more are refused', 0),
  failedLogInsOfAccountPerDay: limit(100, 'Failed log-ins to one account, after which each is delayed', 0),
  failedLogInDelayMs: limit(2000, 'Milliseconds of delay of such a log-in'),
  callsPerSecond: limit(50, 'JSON-RPC calls of one user, over all connections and HTTP', 0),
  callBurst: limit(100, 'JSON-RPC calls of one user at once'),
  messagesPerSecond: limit(5, 'Messages sent by one user', 0),
  messageBurst: limit(60, 'Messages sent by one user at once'),
  searchesPerSecond: limit(2, 'Calls of `findUsers` and `findUsersByTag` by one user', 0),
  searchBurst: limit(20, 'Calls of `findUsers` and `findUsersByTag` by one user at once'),
  answerBytesPerSecond: limit(
    4 * 1024 * 1024,
    'Bytes of pages of messages, dialogs and updates in answers to one user; the next page waits',
    0
  ),
  answerBurstBytes: limit(32 * 1024 * 1024, 'Bytes of such pages at once'),
  maxDelayMs: limit(1000, 'Maximum delay of a call over its rate; one that would have to wait longer is refused', 0),
  refusalsBeforeClose: limit(3, 'Refusals after which a client that goes on calling is disconnected', 0),
  maxTracked: limit(10_000, 'Addresses, accounts or users that each of these limits keeps in memory')
})
