/**
 * The whole state. `phase` is `starting`, `entry` or `messenger`; `people` are by their tags, `dialogs` newest first,
 * `conversations` (the messages that are loaded) by the other one's tag, `outbox` in the order of sending. `isConnected` is
 * null until that is known.
 */
export function createSession(phase = 'starting') {
  return {
    phase,
    isConnected: null,
    self: null,
    people: {},
    dialogs: [],
    dialogsPaging: { isLoaded: false, hasMore: false },
    conversations: {},
    openTag: null,
    outbox: [],
    drafts: {},
    search: { text: '', found: null },
    notice: null
  }
}

/** The connection is there again: of another user nothing is kept, of conversations only the open one. */
export function enterSession(state, self) {
  const kept = state.self?._id === self._id ? state : createSession()
  const open = kept.conversations[kept.openTag]
  return {
    ...kept,
    phase: 'messenger',
    isConnected: true,
    self,
    conversations: open ? { [kept.openTag]: open } : {}
  }
}

export const change = (changes) => (state) => ({ ...state, ...changes })

export const notify = (text) => change({ notice: { text } })

export const changeSelf = (changes) => (state) => ({ ...state, self: { ...state.self, ...changes } })
