/** The thread that makes checkpoints for a store: one for each message `checkpoint`, which it answers when it is done. */
import { parentPort, workerData } from 'node:worker_threads'
import { driver } from './driver.js'

const database = new driver(workerData as string, { fileMustExist: true })
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')

parentPort?.on('message', (wish: 'checkpoint' | 'end') => {
  if (wish === 'checkpoint') return parentPort?.postMessage(checkpoint.all())
  database.close()
  parentPort?.close()
})
