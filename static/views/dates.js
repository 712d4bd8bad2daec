const dayMs = 24 * 60 * 60 * 1000
const minuteMs = 60 * 1000

// The page speaks English; the user's own English says how times are written.
const locale = navigator.languages?.find(isEnglish) ?? 'en-GB'
// A format keeps the time zone that it was made in. These are of UTC, and get the time that the clock on the wall shows.
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

/** @returns the heading above the messages of a day, such as `Today` or `Monday` */
export function dayOf(date, now = Date.now()) {
  const days = daysBetween(date, now)
  if (days === 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days > 0 && days < 7) return formats.weekday.format(wallTime(date))
  const isThisYear = new Date(date).getFullYear() === new Date(now).getFullYear()
  return (isThisYear ? formats.day : formats.dayOfYear).format(wallTime(date))
}

/** @returns when something was, in a sentence, such as `at 14:05` or `on Monday at 14:05` */
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

/** @returns what changes when the texts above have to be written again: with the day, and with the time zone */
export function dayKey(now = Date.now()) {
  return `${dayNumber(now)} ${Intl.DateTimeFormat().resolvedOptions().timeZone}`
}

/** A day on which the clock is changed has 23 or 25 hours. */
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

/** Some browsers name languages in a form that is not BCP 47, such as `en-US@posix`, and formats refuse those. */
function isEnglish(language) {
  try {
    return new Intl.Locale(language).language === 'en'
  } catch {
    return false
  }
}
