/** Maximum number of a user's newest dialogs that a search for contacts looks at. */
export const maxSearchedDialogs = 1000

/** Maximum number of tags, and of names, that begin with the text and that a search looks for among older contacts. */
export const maxCandidates = 200
