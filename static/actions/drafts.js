const key = 'messenger.drafts'

/**
 * Keeps drafts across a reload in the tab's own storage. Tabs do not overwrite each other's drafts, and
 * closing the tab removes them. Drafts of another user are overwritten or removed, and never shown.
 */
export function createDrafts(store) {
  store.watch(
    ({ phase, self, drafts }) => ({ phase, self, drafts }),
    ({ phase, self, drafts }) => phase === 'messenger' && save(self._id, drafts)
  )

  return {
    forget: () => attempt(() => sessionStorage.removeItem(key)),

    /** @returns drafts by the other user's tag */
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

/** Ignores errors of a blocked or full storage, and of content that another page of this origin has written. */
function attempt(action) {
  try {
    return action()
  } catch {
    return undefined
  }
}
