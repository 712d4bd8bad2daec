import type { Settings } from '../tuning.js'

/** The settings of connections. */
export type WebSocketOptions = Settings['webSocket'] & Settings['history'] & Settings['rate']
