import { noSight } from './reading.js'

/**
 * The whole state. `phase` is `starting`, `entry` or `messenger`; `people` are by their tags, `dialogs` newest first,
 * `conversations` (the messages that are loaded) by the other one's tag, `outbox` in the order of sending. What has happened
 * up to `cursor` is known. `isConnected` is null until that is known. `sight` is the reader's place in the open conversation;
 * `day` changes when the texts that depend on the present day, or on the time zone, have to be written again.
 * `welcome` is set between a log-in and the connection that follows it: how it begins to say that the browser keeps no cookie.
 * `entryProblem` is shown with the log-in form.
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
    sight: noSight,
    day: null,
    outbox: [],
    drafts: {},
    search: { text: '', found: null },
    notice: null
  }
}

/**
 * Begins again; of the same user, keeps only unsent texts and what is open.
 *
 * @param savedDrafts what the browser has kept for this user
 */
export function enterSession(state, { self, cursor, savedDrafts }) {
  const { outbox, drafts, openTag } = state
  const kept = state.self?._id === self._id ? { outbox, drafts, openTag } : { drafts: savedDrafts }
  return { ...createSession('messenger'), ...kept, isConnected: true, self, cursor }
}

export const change = (changes) => (state) => ({ ...state, ...changes })

export const notify = (text) => change({ notice: { text } })

export const changeSelf = (changes) => (state) => ({ ...state, self: { ...state.self, ...changes } })
