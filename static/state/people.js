export function knowPeople(state, users) {
  const known = users.map((user) => [user.tag, user])
  return { ...state, people: { ...state.people, ...Object.fromEntries(known) } }
}

export function changePerson(state, tag, changes) {
  const person = state.people[tag]
  return person ? knowPeople(state, [{ ...person, ...changes }]) : state
}

/** Shows everybody as offline, because presence is unknown without a connection. */
export function forgetPresence({ people }) {
  return Object.fromEntries(Object.entries(people).map(([tag, person]) => [tag, { ...person, isOnline: false }]))
}

/** Returns a user. The tag replaces the name of a user who is not loaded yet. */
export function personOf({ people }, tag) {
  return people[tag] ?? { tag, firstName: tag, lastName: '', img: 'default.jpg', isOnline: false, lastSeen: null }
}

export function fullName({ firstName, lastName }) {
  return `${firstName} ${lastName}`.trim()
}
