import { isRateLimited, retryDelayMs } from '../net/refusal.js'

const maxAttempts = 5

/** Retries a rate-limited call after the delay that the server asks for. */
export async function withRetry(call) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      if (!isRateLimited(error) || attempt === maxAttempts) throw error
      await new Promise((resolve) => setTimeout(resolve, retryDelayMs(error)))
    }
  }
}
