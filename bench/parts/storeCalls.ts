import { ask, createReader, openQuestions } from '../load/mongoCalls.js'
import { openTrafficCounter } from '../load/mongoTraffic.js'
import { withStoreAt } from '../load/people.js'
import type { Row } from '../report.js'
import { inTurn } from '../rounds.js'
import { type StoreLoad, startOnMongo, toCommandRows } from './storeLoad.js'

type CallsOptions = Pick<StoreLoad, 'dir' | 'nextUrl' | 'rounds'> & {
  /** Calls of each kind in a round. */
  calls: number
}

type Outcome = Awaited<ReturnType<typeof ask>>

const countedCalls = 20

/** Measures calls that read, and a read mark, with MongoDB. */
export async function measureCalls(options: CallsOptions): Promise<Row[]> {
  const timed = await time(options)
  const counted = await count(options)
  return timed.flatMap((rows, index) => [...rows, ...(counted[index] as Row[])])
}

async function time({ dir, nextUrl, rounds, calls }: CallsOptions): Promise<Row[][]> {
  const url = nextUrl()
  const people = await withStoreAt(url, (store) => createReader(store, calls * (rounds + 1)))
  const server = await startOnMongo(dir, url)
  const { questions, close } = await openQuestions(server, people)
  const results: Outcome[][] = []
  // The calls run one after the other, because a read mark changes the results of the others.
  for (const question of questions) {
    const [outcomes] = await inTurn(rounds, [() => ask(server, question, calls)])
    results.push(outcomes as Outcome[])
  }
  close()
  await server.stop()
  return questions.map(({ name }, index) => {
    const outcomes = results[index] as Outcome[]
    return [
      { name: `${name}: CPU, us`, values: outcomes.map(({ cpu }) => cpu) },
      { name: `${name}: p50, ms`, values: outcomes.map(({ p50 }) => p50) }
    ]
  })
}

async function count({ dir, nextUrl }: CallsOptions): Promise<Row[][]> {
  const url = nextUrl()
  const people = await withStoreAt(url, (store) => createReader(store, countedCalls * 2))
  const counter = await openTrafficCounter(url)
  const server = await startOnMongo(dir, counter.url)
  const { questions, close } = await openQuestions(server, people)
  const rows: Row[][] = []
  for (const question of questions) {
    await ask(server, question, countedCalls)
    const traffic = await counter.countDuring(() => ask(server, question, countedCalls))
    rows.push(toCommandRows(`${question.name}: `, traffic, countedCalls))
  }
  close()
  await server.stop()
  await counter.close()
  return rows
}
