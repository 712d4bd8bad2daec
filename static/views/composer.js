import { notify } from '../state/session.js'
import { byId } from './elements.js'
import { hasKeyboard } from './keyboard.js'

const maxCharacters = 4096
const warnBelow = 200

/** The field in which a message is written. What is not sent yet stays with its conversation. */
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

/** Tells whether a key sends. A keyboard on the screen has no other key for a new line; its user sends with the button. */
function isToSend({ key, shiftKey, ctrlKey, metaKey }) {
  return key === 'Enter' && !shiftKey && (hasKeyboard.matches || ctrlKey || metaKey)
}

function nameEnterKey(field) {
  field.enterKeyHint = hasKeyboard.matches ? 'send' : 'enter'
}

function isSendable(text) {
  return text.trim() !== '' && charactersLeft(text) >= 0
}

/** Counted as the server counts, in UTF-16 code units. */
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
