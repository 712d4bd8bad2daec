const key = 'messenger.drafts'

/**
 * Keeps the texts that are not sent yet over a reload, in the tab's own storage. Tabs do not overwrite each other's, and
 * nothing stays when the tab is closed. What another user has left there is overwritten or removed, and never shown.
 */
export function createDrafts(store) {
  store.watch(
    ({ phase, self, drafts }) => ({ phase, self, drafts }),
    ({ phase, self, drafts }) => phase === 'messenger' && save(self._id, drafts)
  )

  return {
    forget: () => attempt(() => sessionStorage.removeItem(key)),

    /** @returns texts by the other one's tag */
    load: (userId) =>
      attempt(() => {
        const saved = JSON.parse(sessionStorage.getItem(key))
        return saved.userId === userId ? Object.fromEntries(saved.drafts.filter(isDraft)) : {}
      }) ?? {}
  }
}

function save(userId, drafts) {
  const written = Object.entries(drafts).filter(([, text]) => text !== '')
  attempt(() => {
    if (written.length > 0) sessionStorage.setItem(key, JSON.stringify({ userId, drafts: written }))
    else sessionStorage.removeItem(key)
  })
}

function isDraft(entry) {
  return entry.every((part) => typeof part === 'string')
}

/** Tries what a blocked or full storage refuses, or one in which another page of this origin has put something else. */
function attempt(action) {
  try {
    return action()
  } catch {
    return undefined
  }
}
