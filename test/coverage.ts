/** Writes the coverage of the server's modules at the end of a process. NODE_V8_COVERAGE would write 6 MB for each process. */
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'

const dir = process.env.COVERAGE_DIR as string
const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

process.once('exit', () => {
  session.post('Profiler.takePreciseCoverage', (_, { result }) => {
    const own = result.filter(({ url }) => url.includes('/dist/src/'))
    writeFileSync(join(dir, `coverage-${process.pid}-${threadId}-${Date.now()}.json`), JSON.stringify({ result: own }))
  })
})
