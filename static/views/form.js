import { explain, explainFields } from '../net/explain.js'

/**
 * Makes a form that can be sent once at a time and shows what was wrong with it: a sentence at each field, and one for
 * the whole.
 *
 * @param submit what it does with the form's values, by the names of the fields; its error is shown
 */
export function createForm(form, submit) {
  const button = form.querySelector('button[type=submit]')
  const problem = form.querySelector('.form-problem')

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (button.getAttribute('aria-disabled') === 'true') return
    clear(form, problem)
    button.setAttribute('aria-disabled', 'true')
    try {
      await submit(Object.fromEntries(new FormData(form)))
    } catch (error) {
      show(form, problem, error)
    } finally {
      button.removeAttribute('aria-disabled')
    }
  })

  return { clear: () => clear(form, problem) }
}

function clear(form, problem) {
  problem.textContent = ''
  for (const text of form.querySelectorAll('.field-problem')) text.remove()
  for (const field of form.querySelectorAll('[aria-invalid]')) {
    field.removeAttribute('aria-invalid')
    setDescription(field, field.dataset.hint)
  }
}

function show(form, problem, error) {
  const marked = Object.entries(explainFields(error)).filter(([name, sentence]) => mark(form.elements[name], sentence))
  if (marked.length > 0) form.querySelector('[aria-invalid]').focus()
  else problem.textContent = explain(error)
}

function mark(field, sentence) {
  if (!field) return false
  const text = document.createElement('p')
  text.id = `${field.id}-problem`
  text.className = 'field-problem'
  text.setAttribute('role', 'alert')
  text.textContent = sentence
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
