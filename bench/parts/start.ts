import type { Effort } from '../effort.js'
import { inFolder } from '../folder.js'
import { startMessenger } from '../processes.js'
import type { Tables } from '../report.js'

/** Measures the time from the start of the process until it listens, with an empty database. */
export async function start({ starts }: Effort): Promise<Tables> {
  const values: number[] = []
  for (let number = 0; number < starts; number++) {
    await inFolder(async (dir) => {
      const server = await startMessenger(dir)
      values.push(server.startMs)
      await server.stop()
    })
  }
  return { Start: [{ name: 'to listening, ms', values, reach: 500 }] }
}
