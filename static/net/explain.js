const maxQuotedCharacters = 40

const nameRule = 'Only letters; between words a blank, a hyphen, an apostrophe or a dot, as in van der Berg or O’Neil.'

const fieldRules = {
  tag: 'An @ and a letter, then letters, digits or _: 32 at most.',
  firstName: nameRule,
  lastName: nameRule,
  email: 'This is not an e-mail address.',
  // The server's configuration decides which passwords it accepts.
  password: (problem) => `The password ${problem}.`,
  img: 'This picture cannot be used.',
  receiverTag: 'Nobody has this tag.',
  text: 'This text cannot be sent.'
}

const sentences = {
  ConnectionLostError: () => 'The server cannot be reached. Check the connection and try again.',
  WrongCredentialsError: () => 'The e-mail or the password is wrong.',
  NoAuthJWTError: () => 'You are no longer logged in. Reload the page to log in again.',
  TooManyRequestsError: ({ message, retryAfterMs }) =>
    [message, ...sharers(message), whenToRetry(retryAfterMs)].join(' '),
  UnavailableError: () => 'The server has too much to do. Try again in a moment.',
  TooLargeError: () => 'This is too large for the server.',
  UnsupportedMediaTypeError: () => 'This file is not a PNG, JPEG, WebP or GIF picture that can be read.',
  ForbiddenError: () => 'You are not allowed to do this.',
  ConflictError: ({ message }) => `${message} Choose another one.`,
  InvalidParamsError: ({ path, message }) =>
    sentenceFor(fieldOf(path), message) ?? `The server refused this: it ${message}.`,
  BadRequestError: ({ details, message }) => (details ? 'Some of this needs a correction.' : message)
}

export function explain(error) {
  return sentences[error.name]?.(error) ?? 'The server has a problem. Try again in a moment.'
}

/** @returns one sentence for each form field that the error names, by the name of the field */
export function explainFields({ name, message, path, details = [] }) {
  if (name === 'ConflictError') return { [message.includes('tag') ? 'tag' : 'email']: `${message} Choose another one.` }
  const problems = [{ path, message }, ...details].map((problem) => [fieldOf(problem.path), problem.message])
  const known = problems.filter(([field]) => field in fieldRules)
  return Object.fromEntries(known.map(([field, problem]) => [field, sentenceFor(field, problem)]))
}

/** Quotes a text that the user typed or pasted. It shortens a long text between two characters. */
export function quote(text) {
  const characters = Array.from(text)
  return characters.length > maxQuotedCharacters ? `${characters.slice(0, maxQuotedCharacters).join('')}…` : text
}

function sentenceFor(field, problem) {
  const rule = fieldRules[field]
  return typeof rule === 'function' ? rule(problem) : rule
}

function fieldOf(path = '') {
  return path.split('/').at(-1)
}

/** Names the others who share the rate limit of an address. */
function sharers(message) {
  return /\baddress\b/.test(message) ? ['Everybody in your network has the same address.'] : []
}

function whenToRetry(retryAfterMs) {
  const seconds = Math.ceil(retryAfterMs / 1000)
  if (!seconds) return 'Try again in a moment.'
  if (seconds < 90) return `Try again in ${seconds} s.`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 90 ? `Try again in ${minutes} min.` : `Try again in ${Math.ceil(minutes / 60)} h.`
}
