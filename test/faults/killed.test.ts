import t from 'tap'
import type { Dialog } from '../../src/schemas/dialog.js'
import { createLoad, talkToEachOther } from '../helpers/faults/load.js'
import { checkFile, judge } from '../helpers/faults/verdict.js'
import { entry, startMessenger } from '../helpers/messengerProcess.js'

const kills = 5
const maxStartMs = 2000

t.test('a server that is killed under load has every acknowledged message once, in order', async (t) => {
  const dir = t.testdir()
  const load = createLoad()
  // The coverage of the tests would slow the start.
  const environment = { RATE_LIMITS: 'off', NODE_OPTIONS: '' }
  const startsMs: number[] = []
  const startAgain = async () => {
    const begin = performance.now()
    const messenger = await startMessenger(t, { dir, entry, environment })
    startsMs.push(performance.now() - begin)
    return messenger
  }

  let messenger = await startAgain()
  const cookies = { ann: await messenger.signUp('ann'), bob: await messenger.signUp('bob') }
  for (let round = 0; round < kills; round++) {
    const enough = load.more(200)
    const { over } = await talkToEachOther(messenger, load, cookies, `round ${round}`)
    await enough
    await messenger.end('SIGKILL')
    await over
    messenger = await startAgain()
    const alone = await messenger.connect(cookies.ann)
    const [dialog] = await alone.call<Dialog[]>('getDialogsList')
    t.equal(dialog?.userInfo.isOnline, false, 'nobody is taken for online who was so before')
    await alone.close()
  }

  const [ann, bob] = [await messenger.connect(cookies.ann), await messenger.connect(cookies.bob)]
  // The best time counts, because the machine may be busy with other tests.
  const startMs = Math.min(...startsMs.slice(1))
  t.ok(startMs < maxStartMs, `it listens after ${Math.round(startMs)} ms`)
  await judge(t, load, { ann, bob })
  t.equal(await messenger.end('SIGTERM'), 0)
  checkFile(t, dir)
})
