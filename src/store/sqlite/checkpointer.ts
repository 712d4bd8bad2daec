/** The thread that makes checkpoints for a store: one for each message `checkpoint`, which it answers with whether it was made. */
import { parentPort, workerData } from 'node:worker_threads'
import { driver } from './driver.js'

const database = new driver(workerData as string, { fileMustExist: true })
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')

parentPort?.on('message', (wish: 'checkpoint' | 'end') => {
  if (wish === 'checkpoint') return parentPort?.postMessage(isMade())
  database.close()
  parentPort?.close()
})

/** A thread that ended with each error would be started again and again on a full disk. */
function isMade(): boolean {
  try {
    checkpoint.all()
    return true
  } catch {
    return false
  }
}
