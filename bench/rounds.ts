/**
 * Lets subjects have their rounds in turn, so that all of them have the machine in the same state; the first round of each
 * is not counted.
 *
 * @returns what each subject's rounds gave
 */
export async function inTurn<Result>(rounds: number, subjects: (() => Promise<Result>)[]): Promise<Result[][]> {
  for (const run of subjects) await run()
  const results = subjects.map(() => [] as Result[])
  for (let round = 0; round < rounds; round++) {
    for (const [index, run] of subjects.entries()) results[index]?.push(await run())
  }
  return results
}
