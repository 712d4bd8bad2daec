import sharp from 'sharp'
import type { Person, Server } from '../server.js'

export const red = { r: 255, g: 0, b: 0 }
const blue = { r: 0, g: 0, b: 255 }

/** Makes a picture with a red left half and a blue right half. */
export const picture = () =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: blue } }).composite([
    { input: { create: { width: 30, height: 40, channels: 3, background: red } }, left: 0, top: 0 }
  ])

/** Makes a form with one file, whose name is a trap. */
export const form = (bytes: Uint8Array, field = 'image') => {
  const body = new FormData()
  body.append(field, new Blob([bytes]), '../../evil.html')
  return body
}

export const upload = (
  { url }: Server,
  { cookie }: Pick<Person, 'cookie'>,
  body: RequestInit['body'],
  { path = '/images', headers = {} } = {}
) => fetch(url + path, { method: 'POST', headers: { cookie, ...headers }, body })
