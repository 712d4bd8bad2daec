import t from 'tap'
import { askOverHttp, askOverWebSocket, outlast, startWithHistory } from '../helpers/faults/unreadAnswers.js'

t.test('a process with little memory survives answers that are not read, over both transports', async (t) => {
  const { messenger, ann, cid } = await startWithHistory(t, { NODE_OPTIONS: '--max-old-space-size=256' })
  await askOverWebSocket(messenger, ann, t, 10)
  await askOverHttp(messenger, ann, t, 45)
  await outlast(t, messenger, cid, 2000)
})
