/** The thread that makes checkpoints for a store. It answers each message `checkpoint` with whether the checkpoint was made. */
import { parentPort, workerData } from 'node:worker_threads'
import { driver } from './driver.js'

const database = new driver(workerData as string, { fileMustExist: true })
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')

parentPort?.on('message', (request: 'checkpoint' | 'end') => {
  if (request === 'checkpoint') return parentPort?.postMessage(isMade())
  database.close()
  parentPort?.close()
})

/** Makes a checkpoint. It catches errors, because a thread that ends would be started again and again on a full disk. */
function isMade(): boolean {
  try {
    checkpoint.all()
    return true
  } catch {
    return false
  }
}
