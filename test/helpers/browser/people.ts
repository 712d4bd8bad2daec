import type { Browser } from 'playwright-core'
import { type Account, openWindow, type Window } from './window.js'

/** `anna` is `@anna`, Anna Berg, anna@x.example. */
function accountOf(name: string): Account {
  const firstName = name[0]?.toUpperCase() + name.slice(1)
  return { tag: `@${name}`, firstName, lastName: 'Berg', email: `${name}@x.example`, password: `${name}-secret` }
}

export const anna = accountOf('anna')
export const boris = accountOf('boris')

/** Signs up Anna in one window and Boris in another one. Anna says hello. */
export async function meet(annas: Window, boriss: Window): Promise<void> {
  await annas.signUp(anna)
  await boriss.signUp(boris)
  await annas.find('boris', 'Boris Berg')
  await annas.write('Hello')
  await boriss.open('Anna Berg')
  await annas.seesMessage('Hello', 'Read')
}

/** Opens a window of Anna and one of Boris, which have met. */
export async function openPair(
  browser: Browser,
  url: string,
  annasUrl = url
): Promise<[annas: Window, boriss: Window]> {
  const [annas, boriss] = await Promise.all([openWindow(browser, annasUrl), openWindow(browser, url)])
  await meet(annas, boriss)
  return [annas, boriss]
}
