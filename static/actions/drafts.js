const key = 'messenger.drafts'

/**
 * Keeps the texts that are not sent yet over a reload, in the tab's own storage: tabs do not overwrite each other's, and
 * nothing stays when the tab is closed. Drafts of another user are removed.
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

/** The storage may be blocked or full, and it may hold what another page of this origin has put there. */
function attempt(action) {
  try {
    return action()
  } catch {
    return undefined
  }
}
