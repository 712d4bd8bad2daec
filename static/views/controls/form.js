import { explain, explainFields } from '../../net/explain.js'
import { element } from './elements.js'

/**
 * Creates a form that allows one submission at a time. It shows errors: a sentence at each field, and one for
 * the whole form. A field accepts more than `data-max` characters, because a browser would silently cut a pasted text.
 *
 * @param submit receives the form's values by the names of the fields; the form shows its error
 */
export function createForm(form, submit) {
  const button = form.querySelector('button[type=submit]')
  const problem = form.querySelector('.form-problem')

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (button.getAttribute('aria-disabled') === 'true') return
    clear(form, problem)
    if (markFields(form, tooLong(form.elements))) return
    button.setAttribute('aria-disabled', 'true')
    try {
      await submit(Object.fromEntries(new FormData(form)))
    } catch (error) {
      show(form, problem, error)
    } finally {
      button.removeAttribute('aria-disabled')
    }
  })

  form.addEventListener('input', ({ target }) => {
    const problems = tooLong([target])
    if (problems[target.name] === problemOf(target)?.textContent) return
    unmark(target)
    for (const sentence of Object.values(problems)) mark(target, sentence)
  })

  return {
    clear: () => clear(form, problem),
    /** Shows a sentence about the whole form. */
    say(sentence) {
      problem.textContent = sentence
    }
  }
}

function clear(form, problem) {
  problem.textContent = ''
  for (const field of form.querySelectorAll('[aria-invalid]')) unmark(field)
}

function unmark(field) {
  problemOf(field)?.remove()
  field.removeAttribute('aria-invalid')
  if ('hint' in field.dataset) setDescription(field, field.dataset.hint)
}

function show(form, problem, error) {
  if (!markFields(form, explainFields(error))) problem.textContent = explain(error)
}

/**
 * @param problems sentences by the names of the fields
 * @returns true if the form has one of these fields
 */
function markFields(form, problems) {
  const marked = Object.entries(problems).filter(([name, sentence]) => mark(form.elements[name], sentence))
  if (marked.length > 0) form.querySelector('[aria-invalid]').focus()
  return marked.length > 0
}

function tooLong(fields) {
  const isTooLong = ({ value, type, dataset }) =>
    lengthOf(type === 'password' ? value : value.trim()) > Number(dataset.max)
  const sentenceOf = ({ dataset }) => `This is too long: at most ${dataset.max} characters are possible.`
  return Object.fromEntries(
    Array.from(fields)
      .filter(isTooLong)
      .map((field) => [field.name, sentenceOf(field)])
  )
}

/** Counts code points as the server does: those of the text as typed or composed (NFC), whichever has fewer. */
function lengthOf(text) {
  return Math.min(Array.from(text).length, Array.from(text.normalize('NFC')).length)
}

function problemOf(field) {
  return document.getElementById(`${field.id}-problem`)
}

function mark(field, sentence) {
  if (!field) return false
  const text = element('p', 'field-problem', [sentence])
  text.id = `${field.id}-problem`
  text.setAttribute('role', 'alert')
  field.closest('.field').append(text)
  field.dataset.hint ??= field.getAttribute('aria-describedby') ?? ''
  field.setAttribute('aria-invalid', 'true')
  setDescription(field, `${text.id} ${field.dataset.hint}`)
  return true
}

function setDescription(field, ids) {
  if (ids) field.setAttribute('aria-describedby', ids.trim())
  else field.removeAttribute('aria-describedby')
}
