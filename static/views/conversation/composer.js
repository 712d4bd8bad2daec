import { notify } from '../../state/session.js'
import { byId } from '../controls/elements.js'
import { hasKeyboard } from '../controls/keyboard.js'

const maxCharacters = 4096
const warnBelow = 200

/** Shows the field for writing a message. Each conversation keeps its draft. */
export function showComposer({ store, outbox }) {
  const form = byId('composer')
  const field = byId('message-text')

  field.addEventListener('input', () => {
    const { openTag } = store.get()
    store.update((state) => ({ ...state, drafts: { ...state.drafts, [openTag]: field.value } }))
  })
  field.addEventListener('keydown', (event) => {
    if (!isToSend(event)) return
    event.preventDefault()
    form.requestSubmit()
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (isSendable(field.value)) outbox.send(field.value.trim())
    else if (charactersLeft(field.value) < 0) store.update(notify(tooLong(field.value)))
    field.focus()
  })

  nameEnterKey(field)
  hasKeyboard.addEventListener('change', () => nameEnterKey(field))

  store.watch(
    ({ openTag, drafts }) => ({ openTag, draft: drafts[openTag] ?? '' }),
    ({ draft }) => {
      if (field.value !== draft) field.value = draft
      const left = charactersLeft(draft)
      byId('text-left').textContent = left < warnBelow ? left : ''
      byId('text-left').classList.toggle('too-long', left < 0)
      form.querySelector('.send').disabled = !isSendable(draft)
      fitHeight(field)
    }
  )
}

/** Tells whether a key sends the message. On an on-screen keyboard Enter starts a new line, and the button sends. */
function isToSend({ key, shiftKey, ctrlKey, metaKey }) {
  return key === 'Enter' && !shiftKey && (hasKeyboard.matches || ctrlKey || metaKey)
}

function nameEnterKey(field) {
  field.enterKeyHint = hasKeyboard.matches ? 'send' : 'enter'
}

function isSendable(text) {
  return text.trim() !== '' && charactersLeft(text) >= 0
}

/** Returns the length as the server counts it, in UTF-16 code units. */
function charactersLeft(text) {
  return maxCharacters - text.trim().length
}

function tooLong(text) {
  const surplus = -charactersLeft(text)
  return `This message is too long by ${surplus} ${surplus === 1 ? 'character' : 'characters'}.`
}

function fitHeight(field) {
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight}px`
}
