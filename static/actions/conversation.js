import { knowPeople } from '../state/people.js'
import { closeConversation, openConversation } from '../state/reading.js'
import { notify } from '../state/session.js'

/** Opens and closes conversations. */
export function createConversationActions({ store, rpc, route, readMarks, history, report }) {
  async function openWith(wantedTag) {
    const tag = await findTag({ store, rpc }, wantedTag)
    if (route.current() !== wantedTag) return
    if (!tag) return leaveNobody({ store, route }, wantedTag)
    if (store.get().openTag !== tag) store.update((state) => openConversation(state, tag))
    await history.loadStart(tag)
  }

  return {
    /** @param tag of the other one, in any case; nothing closes what is open */
    async open(tag) {
      const { phase, dialogsPaging } = store.get()
      if (phase !== 'messenger' || !dialogsPaging.isLoaded) return
      readMarks.flush()
      if (tag) await openWith(tag).catch(report)
      else store.update(closeConversation)
    }
  }
}

/** @returns the tag as its owner writes it, nothing when it is nobody's */
async function findTag({ store, rpc }, wantedTag) {
  const { people } = store.get()
  if (people[wantedTag]) return wantedTag
  const found = await rpc.call('findUsersByTag', wantedTag)
  const person = found.find(({ tag }) => tag.toLowerCase() === wantedTag.toLowerCase())
  if (person) store.update((state) => knowPeople(state, [person]))
  return person?.tag
}

function leaveNobody({ store, route }, tag) {
  store.update(notify(`Nobody has the tag ${tag}.`))
  route.close()
}
