import { type NotificationBody, type NotificationType, notifications } from '../schemas/notification.js'

// RFC 6455, 5.2: the only fragment of a text frame; the length itself, or the marks of a longer one.
const finalText = 0x81
const maxShortLength = 125
const length16 = 126
const length64 = 127

/** A text as the frame in which a server sends it: one buffer, that many connections can be sent. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headerLength = length <= maxShortLength ? 2 : length < 2 ** 16 ? 4 : 10
  const frame = Buffer.allocUnsafe(headerLength + length)
  frame[0] = finalText
  if (headerLength === 2) frame[1] = length
  else if (headerLength === 4) writeLength16(frame, length)
  else writeLength64(frame, length)
  frame.write(text, headerLength)
  return frame
}

function writeLength16(frame: Buffer, length: number): void {
  frame[1] = length16
  frame.writeUInt16BE(length, 2)
}

function writeLength64(frame: Buffer, length: number): void {
  frame[1] = length64
  frame.writeBigUInt64BE(BigInt(length), 2)
}

/** What is pushed is one JSON text. */
export function notificationFrame<T extends NotificationType>(type: T, body: NotificationBody<T>): Buffer {
  return textFrame(JSON.stringify({ type, code: notifications[type].code, body }))
}
