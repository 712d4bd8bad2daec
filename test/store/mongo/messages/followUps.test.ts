import { ObjectId } from 'bson'
import t from 'tap'
import type { Unversioned } from '../../../../src/store/mongo/messages/dialogProgress.js'
import { createFollowUps } from '../../../../src/store/mongo/messages/followUps.js'

const messagesOf = (count: number): Unversioned[] =>
  Array.from({ length: count }, () => ({ _id: new ObjectId() }) as Unversioned)

t.test('new messages wait while very many have no version yet', async (t) => {
  const ends: (() => void)[] = []
  const groups: number[] = []
  const followUps = createFollowUps(
    {
      complete({ messages }) {
        groups.push(messages.length)
        return new Promise((resolve) => void ends.push(resolve))
      }
    },
    t.fail
  )
  const first = messagesOf(1)
  followUps.messages(first)
  await Promise.resolve()
  followUps.messages(messagesOf(5000))
  await followUps.untilRoom()
  followUps.messages(messagesOf(1))
  let hasRoom = false
  const room = followUps.untilRoom().then(() => {
    hasRoom = true
  })
  await new Promise(setImmediate)
  t.notOk(hasRoom)
  t.same(groups, [1])

  ends.shift()?.()
  while (ends.length === 0) await new Promise(setImmediate)
  t.same(groups, [1, 5001], 'waiting messages go together')
  ends.shift()?.()
  await room
  t.ok(followUps.has(first[0]?._id as ObjectId), 'a read that began before may not know its version')
  followUps.messages(messagesOf(1))
  while (ends.length === 0) await new Promise(setImmediate)
  t.notOk(followUps.has(first[0]?._id as ObjectId))
  ends.shift()?.()
  await followUps.finish()
  followUps.messages([])
  await followUps.finish()
  t.same(groups, [1, 5001, 1], 'an empty list causes no work')
})

t.test('only the first failure is told, until the next success', async (t) => {
  const outcomes = ['fails', 'fails', 'succeeds', 'fails']
  const told: string[] = []
  const unversioned = {
    complete: async () => {
      const outcome = outcomes.shift() as string
      if (outcome === 'fails') throw new Error(`${outcomes.length} left`)
    }
  }
  const followUps = createFollowUps(unversioned, ({ message }) => told.push(message))
  while (outcomes.length > 0) {
    followUps.messages(messagesOf(1))
    await followUps.finish()
  }
  t.same(told, ['3 left', '0 left'])
})
