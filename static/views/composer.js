import { byId } from './elements.js'

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
    // While an input method composes a character, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    form.requestSubmit()
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (isSendable(field.value)) outbox.send(field.value.trim())
    field.focus()
  })

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

function isSendable(text) {
  return text.trim() !== '' && charactersLeft(text) >= 0
}

/** Counted as the server counts, in UTF-16 code units. */
function charactersLeft(text) {
  return maxCharacters - text.trim().length
}

function fitHeight(field) {
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight}px`
}
