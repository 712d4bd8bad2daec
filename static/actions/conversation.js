import { quote } from '../net/explain.js'
import { knowPeople } from '../state/people.js'
import { closeConversation, openConversation } from '../state/reading.js'
import { notify } from '../state/session.js'

// The pattern saves a search for a text that cannot be a tag.
const possibleTag = /^@[a-z]\w{0,31}$/i

/** Creates the actions that open and close conversations. */
export function createConversationActions({ store, rpc, route, readMarks, history, report }) {
  async function openWith(wantedTag) {
    const tag = await findTag({ store, rpc }, wantedTag)
    if (route.current() !== wantedTag) return
    if (!tag) return leaveNobody({ store, route }, wantedTag)
    if (store.get().openTag !== tag) store.update((state) => openConversation(state, tag))
    await history.loadStart(tag)
  }

  return {
    /** @param tag the other user's tag, in any case; undefined closes the open conversation */
    async open(tag) {
      const { phase, dialogsPaging } = store.get()
      if (phase !== 'messenger' || !dialogsPaging.isLoaded) return
      readMarks.flush()
      if (tag) await openWith(tag).catch(report)
      else store.update(closeConversation)
    }
  }
}

/** @returns the tag as its owner writes it; undefined when no user has it */
async function findTag({ store, rpc }, wantedTag) {
  const isWanted = (tag) => tag.toLowerCase() === wantedTag.toLowerCase()
  const known = Object.keys(store.get().people).find(isWanted)
  if (known) return known
  const found = possibleTag.test(wantedTag) ? await rpc.call('findUsersByTag', wantedTag) : []
  const person = found.find(({ tag }) => isWanted(tag))
  if (person) store.update((state) => knowPeople(state, [person]))
  return person?.tag
}

function leaveNobody({ store, route }, tag) {
  const isOwn = tag.toLowerCase() === store.get().self.tag.toLowerCase()
  store.update(notify(isOwn ? `${tag} is your own tag.` : `There is nobody with the tag ${quote(tag)}.`))
  route.close()
}
