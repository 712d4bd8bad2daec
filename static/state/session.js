import { noViewport } from './reading.js'

/**
 * Creates the whole state. `phase` is `starting`, `entry` or `messenger`; `people` are by tag, `dialogs` newest first,
 * `conversations` (the loaded messages) by the other user's tag, `outbox` in the order of sending. The page knows all changes
 * up to `cursor`. `isConnected` is null until it is known. `viewport` is the reader's place in the open conversation.
 * `day` changes when texts that depend on the day or the time zone are out of date.
 * `welcome` is set from a log-in to the next connection; it begins the sentence that the browser keeps no cookie.
 * The log-in form shows `entryProblem`.
 */
export function createSession(phase = 'starting') {
  return {
    phase,
    isConnected: null,
    welcome: null,
    entryProblem: '',
    self: null,
    cursor: null,
    isCatchingUp: false,
    people: {},
    dialogs: [],
    dialogsPaging: { isLoaded: false, hasMore: false },
    conversations: {},
    openTag: null,
    viewport: noViewport,
    day: null,
    outbox: [],
    drafts: {},
    search: { text: '', found: null },
    notice: null
  }
}

/**
 * Starts a session. For the same user it keeps unsent texts and the open conversation.
 *
 * @param savedDrafts the drafts that the browser kept for this user
 */
export function enterSession(state, { self, cursor, savedDrafts }) {
  const { outbox, drafts, openTag } = state
  const kept = state.self?._id === self._id ? { outbox, drafts, openTag } : { drafts: savedDrafts }
  return { ...createSession('messenger'), ...kept, isConnected: true, self, cursor }
}

export const change = (changes) => (state) => ({ ...state, ...changes })

export const notify = (text) => change({ notice: { text } })

export const changeSelf = (changes) => (state) => ({ ...state, self: { ...state.self, ...changes } })
