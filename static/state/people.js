export function knowPeople(state, users) {
  const known = users.map((user) => [user.tag, user])
  return { ...state, people: { ...state.people, ...Object.fromEntries(known) } }
}

export function changePerson(state, tag, changes) {
  const person = state.people[tag]
  return person ? knowPeople(state, [{ ...person, ...changes }]) : state
}

/** Without a connection nobody knows who else has one. */
export function forgetPresence({ people }) {
  return Object.fromEntries(Object.entries(people).map(([tag, person]) => [tag, { ...person, isOnline: false }]))
}

/** Somebody whom nothing but the tag is known of yet is shown by it. */
export function personOf({ people }, tag) {
  return people[tag] ?? { tag, firstName: tag, lastName: '', img: 'default.jpg', isOnline: false, lastSeen: null }
}

export function fullName({ firstName, lastName }) {
  return `${firstName} ${lastName}`.trim()
}
