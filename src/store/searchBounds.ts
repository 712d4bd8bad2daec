/** Dialogs of a user whose users are looked at in a search, the newest ones. */
export const maxSearchedDialogs = 1000

/** Tags, and names, that begin with the text of a search, and of which it is asked whether they are contacts. */
export const maxCandidates = 200
