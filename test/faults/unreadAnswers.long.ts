import t from 'tap'
import { askOverHttp, askOverWebSocket, outlast, startWithHistory } from '../helpers/faults/unreadAnswers.js'

t.test('answers that are not read cost the memory of one page, over many connections', async (t) => {
  const { messenger, ann, cid } = await startWithHistory(t)
  await askOverWebSocket(messenger, ann, t, 20)
  await outlast(t, messenger, cid, 5000)
})

t.test('answers that are not read cost the memory of one page, over HTTP', async (t) => {
  const { messenger, ann, cid } = await startWithHistory(t)
  await askOverHttp(messenger, ann, t, 45)
  await outlast(t, messenger, cid, 5000)
})
