import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import argon2 from 'argon2'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { cookieName } from '../../src/accounts/credentials.js'
import { createApp } from '../../src/app.js'
import { loadConfig } from '../../src/config.js'
import type { Methods } from '../../src/rpc/method.js'
import { defaultImage } from '../../src/schemas/user.js'
import type { Tuning } from '../../src/tuning.js'
import { type Device, openDevice } from './device.js'

type Section = Record<string, unknown>

export interface StartOptions {
  /** Sections of config.json, which replace keys of the test configuration. */
  config?: Record<string, Section | boolean>
  methods?: Methods
  /** Folder of the database; a temporary one when absent. */
  dir?: string
}

export interface Person {
  _id: string
  tag: string
  email: string
  password: string
  token: string
  sessionId: string
  /** Value of the header `Cookie`. */
  cookie: string
  /** Opens a connection, which closes with the test. */
  connect(): Promise<Device>
}

export interface Server {
  app: FastifyInstance
  /** `http://127.0.0.1:PORT` */
  url: string
  dir: string
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  /** Opens a connection with a header `Cookie`, which closes with the test. */
  connect(cookie: string): Promise<Device>
  /** Makes an account and a session without HTTP: `ann` is `@ann`, Ann Test, ann@test.example. */
  signUp(name: string): Promise<Person>
}

/** A valid sign-up, of which tests change fields. */
export const eve = {
  tag: '@eve',
  firstName: 'Eve',
  lastName: 'Test',
  email: 'eve@test.example',
  password: 'secret'
}

/** Starts a server on a free port. It ends with the test. */
export async function startServer(
  t: Test,
  { config = {}, methods, dir = t.testdir() }: StartOptions = {}
): Promise<Server> {
  const file = join(dir, 'config.json')
  writeFileSync(file, JSON.stringify(configFor(dir, config)))
  // The sections of a test may also tune.
  const app = createApp(loadConfig(file).config, { methods, tuning: config as Tuning })
  t.teardown(() => app.close())
  await app.listen({ port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body)
    })

  const connect = (cookie: string) => openDevice(t, `${url.replace('http', 'ws')}/api`, cookie)
  return { app, url, dir, post, connect, signUp: (name) => signUp({ app, connect }, name) }
}

function configFor(dir: string, overrides: Record<string, Section | boolean>) {
  const base: Record<string, Section> = {
    app: { logLevel: 'silent', rateLimits: 'off' },
    db: { url: `file:${join(dir, 'messenger.db')}` },
    // The test runs on the same event loop.
    overload: { maxEventLoopDelayMs: 0, maxEventLoopUtilization: 0 },
    client: { url: 'http://localhost:3000' }
  }
  const merged = Object.entries(overrides).map(([key, value]) => {
    return [key, typeof value === 'object' ? { ...base[key], ...value } : value]
  })
  return { ...base, ...Object.fromEntries(merged) }
}

// A hash of full strength takes 30 ms, and few tests are about its strength.
const cheapHash = { memoryCost: 1024, timeCost: 2, parallelism: 1 }

async function signUp({ app, connect }: Pick<Server, 'app' | 'connect'>, name: string): Promise<Person> {
  const firstName = name[0]?.toUpperCase() + name.slice(1).replace(/[^a-z]/gi, '')
  const profile = { tag: `@${name}`, firstName, lastName: 'Test', email: `${name}@test.example` }
  const password = `${name}-secret`
  const passwordHash = await argon2.hash(password, cheapHash)
  const { _id, tag, email } = await app.db.users.create({ ...profile, img: defaultImage, passwordHash })
  const { _id: sessionId } = await app.sessions.begin({ _id, tag })
  const token = app.jwt.sign({ data: { _id, tag, email }, sub: _id, jti: sessionId })
  const cookie = `${cookieName}=${token}`
  return { ...profile, password, _id, token, sessionId, cookie, connect: () => connect(cookie) }
}

/** Returns the header `Cookie` that a browser would send after a response. */
export function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')
}
