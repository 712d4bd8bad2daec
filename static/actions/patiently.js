import { isTooSoon, waitAfter } from '../net/refusal.js'

const maxAttempts = 5

/** Makes a call again, each time after the wait that the server asks for, where it was refused for coming too soon. */
export async function patiently(call) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      if (!isTooSoon(error) || attempt === maxAttempts) throw error
      await new Promise((resolve) => setTimeout(resolve, waitAfter(error)))
    }
  }
}
