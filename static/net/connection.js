import { connectionLost, refusalOfRpc } from './refusal.js'

const openTimeoutMs = 10_000
const callTimeoutMs = 10_000
const noClose = 1006
const hello = 3900

/**
 * Opens one WebSocket for JSON-RPC.
 *
 * @param handlers `onOpen(greeting)`, `onNotification(notification)`, `onEnd(closeCode, reason)`, which is called once
 */
export function openConnection(url, handlers) {
  const socket = new WebSocket(url)
  const calls = createCalls()
  let hasEnded = false
  let isGreeted = false

  function end(code = noClose, reason = '') {
    if (hasEnded) return
    hasEnded = true
    clearTimeout(openTimer)
    calls.failAll()
    socket.close()
    handlers.onEnd(code, reason)
  }

  const openTimer = setTimeout(end, openTimeoutMs)
  socket.addEventListener('close', ({ code, reason }) => end(code, reason))
  socket.addEventListener('message', ({ data }) => {
    const frame = JSON.parse(data)
    if (hasEnded || calls.settle(frame)) return
    if (frame.code === hello) greet(frame.body)
    else if ('code' in frame) handlers.onNotification(frame)
  })

  function greet(greeting) {
    isGreeted = true
    clearTimeout(openTimer)
    handlers.onOpen(greeting)
  }

  return {
    end,
    isGreeted: () => isGreeted,
    /** Sends a call. A call without an answer in time ends the connection, because the connection is dead. */
    call(method, params) {
      if (hasEnded || socket.readyState !== WebSocket.OPEN) return Promise.reject(connectionLost())
      const { id, answer } = calls.add(end)
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
      return answer
    }
  }
}

function createCalls() {
  const waiting = new Map()
  let lastId = 0

  function take(id) {
    const call = waiting.get(id)
    waiting.delete(id)
    clearTimeout(call?.timer)
    return call
  }

  return {
    add(onTimeout) {
      const id = ++lastId
      const answer = new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject, timer: setTimeout(onTimeout, callTimeoutMs) })
      })
      return { id, answer }
    },
    settle({ id, result, error }) {
      const call = take(id)
      if (error) call?.reject(refusalOfRpc(error))
      else call?.resolve(result)
      return call !== undefined
    },
    failAll() {
      for (const id of [...waiting.keys()]) take(id).reject(connectionLost())
    }
  }
}
