import { type NotificationBody, type NotificationType, notifications } from '../schemas/notification.js'

// RFC 6455, 5.2: the only fragment of a text frame; the length itself, or the marks of a longer one.
const finalText = 0x81
const maxShortLength = 125
const length16 = 126
const length64 = 127

/** Returns a text as an unmasked WebSocket frame: one buffer for any number of connections. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headerLength = length <= maxShortLength ? 2 : length < 2 ** 16 ? 4 : 10
  const frame = Buffer.allocUnsafe(headerLength + length)
  frame[0] = finalText
  frame[1] = headerLength === 2 ? length : headerLength === 4 ? length16 : length64
  if (headerLength === 4) frame.writeUInt16BE(length, 2)
  if (headerLength === 10) frame.writeBigUInt64BE(BigInt(length), 2)
  frame.write(text, headerLength)
  return frame
}

export function notificationFrame<T extends NotificationType>(type: T, body: NotificationBody<T>): Buffer {
  return textFrame(JSON.stringify({ type, code: notifications[type].code, body }))
}
