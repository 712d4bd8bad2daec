/**
 * Runs subjects in alternating rounds, so that all of them find the machine in the same state. The first round of each
 * is a warm-up and is not counted.
 *
 * @returns the results of each subject's rounds
 */
export async function inTurn<Result>(rounds: number, subjects: (() => Promise<Result>)[]): Promise<Result[][]> {
  for (const run of subjects) await run()
  const results = subjects.map(() => [] as Result[])
  for (let round = 0; round < rounds; round++) {
    for (const [index, run] of subjects.entries()) results[index]?.push(await run())
  }
  return results
}
