import type { Document } from 'mongodb'
import type { Test } from 'tap'
import { adopt } from '../../../src/commands/adopt/index.js'
import { type Device, openDevice } from '../device.js'
import { cookieOf, type Server, startServer } from '../server.js'
import type { LegacyDatabase } from './legacy.js'

export interface Listed {
  senderTag: string
  text: string
  date: string
  seq: number
  isRead: boolean
}

/** Runs the command. Returns its lines without the one on how MongoDB runs. */
export async function run(...args: string[]): Promise<string[]> {
  const lines: string[] = []
  await adopt(args, (line) => lines.push(line))
  return lines.filter((line) => !line.startsWith('MongoDB runs'))
}

export const serve = (t: Test, { url }: LegacyDatabase) => startServer(t, { config: { db: { url } } })

export const logIn = ({ post }: Server, email: string, password: string) =>
  post('/login', { user: { email, password } })

/** Logs in with the password of `LegacyDatabase.signUp`. */
export async function connect(t: Test, server: Server, name: string, email = `${name}@test.example`): Promise<Device> {
  const response = await logIn(server, email, `${name}-secret`)
  t.equal(response.status, 200, `${name} logs in`)
  return openDevice(t, `${server.url.replace('http', 'ws')}/api`, cookieOf(response))
}

/** Returns a history as lines, oldest first: `1 @ann: text`, with `*` after unread ones. */
export async function historyOf(device: Device, tag: string): Promise<string[]> {
  const messages = await device.call<Listed[]>('getMessagesWithUser', [tag])
  return messages
    .reverse()
    .map(({ seq, senderTag, text, isRead }) => `${seq} ${senderTag}: ${text}${isRead ? '' : '*'}`)
}

/** Returns dialogs as lines, newest first: the other user, the last text, and unread counts. */
export async function dialogsOf(device: Device): Promise<string[]> {
  const dialogs = await device.call<Document[]>('getDialogsList')
  return dialogs.map(({ userInfo, text, unreadIncoming, unreadCount }) => {
    return `${userInfo.tag}: ${text} (${unreadIncoming} of ${unreadCount})`
  })
}
