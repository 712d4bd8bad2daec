import Type from 'typebox'
import { method } from '../../src/rpc/method.js'

/** Creates a method whose calls wait for `release`. `begun` resolves with the first call. */
export function createHold() {
  let begin = () => {}
  let release = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const hold = method({
    summary: '',
    params: Type.Object({}),
    result: Type.String(),
    async run() {
      begin()
      await released
      return 'done'
    }
  })
  return { hold, begun, release }
}
