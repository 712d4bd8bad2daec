import { byId } from './controls/elements.js'
import { createForm } from './controls/form.js'

const titles = {
  login: ['Messenger', 'Log in to go on with your conversations.'],
  signup: ['Create an account', 'Choose a tag by which others can find you.']
}

/** Shows log-in or sign-up. Only the shown form is in the document, so that no label occurs twice. */
export function showEntry({ store, session }) {
  const card = byId('entry').firstElementChild
  const nodes = { login: byId('login'), signup: byId('signup') }
  const forms = {
    login: createForm(nodes.login, ({ email, password }) => session.logIn({ email: email.trim(), password })),
    signup: createForm(nodes.signup, (typed) => session.signUp(accountOf(typed)))
  }

  function leave() {
    for (const name of Object.keys(nodes)) {
      forms[name].clear()
      nodes[name].reset()
      nodes[name].remove()
    }
  }

  function turnTo(name) {
    leave()
    card.append(nodes[name])
    const [title, subtitle] = titles[name]
    byId('entry-title').textContent = title
    byId('entry-subtitle').textContent = subtitle
    nodes[name].querySelector('input').focus()
  }

  byId('show-signup').addEventListener('click', () => turnTo('signup'))
  byId('show-login').addEventListener('click', () => turnTo('login'))

  store.watch(
    ({ phase, entryProblem }) => ({ phase, entryProblem }),
    ({ phase, entryProblem }) => {
      byId('entry').hidden = phase !== 'entry'
      if (phase !== 'entry') return leave()
      turnTo('login')
      forms.login.say(entryProblem)
    }
  )
}

function accountOf({ tag, firstName, lastName, email, password }) {
  return {
    tag: `@${tag.trim().replace(/^@/, '')}`,
    firstName: firstName.trim(),
    lastName: lastName.trim(),
    email: email.trim(),
    password
  }
}
