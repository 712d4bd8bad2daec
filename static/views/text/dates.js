const dayMs = 24 * 60 * 60 * 1000
const minuteMs = 60 * 1000

// The page is in English. The user's variant of English decides the format of times.
const locale = navigator.languages?.find(isEnglish) ?? 'en-GB'
// A format keeps the time zone of its creation. These formats use UTC and receive the local time as if it were UTC.
const format = (options) => new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' })

const formats = {
  time: format({ timeStyle: 'short' }),
  weekday: format({ weekday: 'long' }),
  shortWeekday: format({ weekday: 'short' }),
  day: format({ weekday: 'long', day: 'numeric', month: 'long' }),
  dayOfYear: format({ day: 'numeric', month: 'long', year: 'numeric' }),
  date: format({ day: '2-digit', month: '2-digit', year: '2-digit' }),
  moment: format({ dateStyle: 'full', timeStyle: 'short' })
}

export const timeOf = (date) => formats.time.format(wallTime(date))
export const momentOf = (date) => formats.moment.format(wallTime(date))
export const isSameDay = (one, other) => dayNumber(one) === dayNumber(other)

/** @returns the heading of a day in the log, such as `Today` or `Monday` */
export function dayOf(date, now = Date.now()) {
  const days = daysBetween(date, now)
  if (days === 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days > 0 && days < 7) return formats.weekday.format(wallTime(date))
  const isThisYear = new Date(date).getFullYear() === new Date(now).getFullYear()
  return (isThisYear ? formats.day : formats.dayOfYear).format(wallTime(date))
}

/** @returns a time for use in a sentence, such as `at 14:05` or `on Monday at 14:05` */
export function whenOf(date, now = Date.now()) {
  const days = daysBetween(date, now)
  const time = `at ${timeOf(date)}`
  if (days === 0) return time
  return days === 1 ? `yesterday ${time}` : `on ${dayOf(date, now)} ${time}`
}

export function briefly(date, now = Date.now()) {
  const days = daysBetween(date, now)
  if (days === 0) return timeOf(date)
  if (days === 1) return 'Yesterday'
  return (days > 0 && days < 7 ? formats.shortWeekday : formats.date).format(wallTime(date))
}

/** @returns a key that changes with the day and the time zone, when the texts above are out of date */
export function dayKey(now = Date.now()) {
  return `${dayNumber(now)} ${Intl.DateTimeFormat().resolvedOptions().timeZone}`
}

/** Returns the time until midnight. A day with a clock change has 23 or 25 hours. */
export function msUntilMidnight(now = Date.now()) {
  const date = new Date(now)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime() - now
}

function wallTime(date) {
  return date - new Date(date).getTimezoneOffset() * minuteMs
}

function dayNumber(date) {
  return Math.floor(wallTime(date) / dayMs)
}

function daysBetween(date, now) {
  return dayNumber(now) - dayNumber(date)
}

/** Tells whether formats accept a language. Some browsers report one that is not BCP 47, such as `en-US@posix`. */
function isEnglish(language) {
  try {
    return new Intl.Locale(language).language === 'en'
  } catch {
    return false
  }
}
