import { connectionLost, refusalOfHttp } from './refusal.js'

/** Creates the requests that are not JSON-RPC. Each rejects with an error for `explain`. */
export function createHttp() {
  return {
    signUp: (user) => postJson('/signup', { user }),
    logIn: (user) => postJson('/login', { user }),
    logOut: () => request('/exit', { method: 'POST' }),

    /** @returns {Promise<string>} the name of the stored picture */
    async uploadImage(file) {
      const form = new FormData()
      form.append('image', file)
      return (await request('/images', { method: 'POST', body: form })).fileName
    }
  }
}

function postJson(path, body) {
  return request(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}

async function request(path, options) {
  const response = await fetch(path, options).catch(() => {
    throw connectionLost()
  })
  const body = await response.json().catch(() => undefined)
  if (!response.ok) throw refusalOfHttp(response, body)
  return body
}
