/** Items of the outbox are `{clientMessageId, receiverTag, text, date, problem}`; `problem` says why the server refused one. */
export function addToOutbox(state, item) {
  return { ...state, outbox: [...state.outbox, { ...item, problem: null }] }
}

export function dropFromOutbox(state, clientMessageId) {
  const outbox = state.outbox.filter((item) => item.clientMessageId !== clientMessageId)
  return outbox.length === state.outbox.length ? state : { ...state, outbox }
}

export function setProblem(state, clientMessageId, problem) {
  const outbox = state.outbox.map((item) => (item.clientMessageId === clientMessageId ? { ...item, problem } : item))
  return { ...state, outbox }
}

export function waitingIn({ outbox }) {
  return outbox.filter(({ problem }) => problem === null)
}
