import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'

export interface Account {
  tag: string
  firstName: string
  lastName: string
  email: string
  password: string
}

/** A user's window with the page. An expected sight that does not come times out. */
export interface Window {
  page: Page
  context: BrowserContext
  /** Fills in the sign-up form and sends it. */
  tryToSignUp(account: Account): Promise<void>
  /** Signs up past the form, which takes a second to fill in. */
  signUp(account: Account): Promise<void>
  logIn(account: Pick<Account, 'email' | 'password'>): Promise<void>
  /** Types a part of a tag into the search field and opens the person found. */
  find(tagPart: string, name: string): Promise<void>
  /** Line of a person in the list. */
  line(name: string): Locator
  open(name: string): Promise<void>
  write(text: string): Promise<void>
  /** Message with exactly this text. */
  message(text: string): Locator
  seesMessage(text: string, status?: string): Promise<void>
  /** Returns the shown messages, top to bottom. */
  texts(): Promise<string[]>
  sees(text: string): Promise<void>
  seesTitle(title: string): Promise<void>
  /** Waits until a JavaScript expression is true in the page. */
  comesTrue(expression: string): Promise<void>
  /** Returns errors and warnings of the console, without the failed requests that the tests provoke. */
  complaints(): string[]
}

const timeoutMs = 60_000
// The tests provoke these: refusals, and a server that is down.
const expected = /^Failed to load resource|^WebSocket connection to .* failed/

export async function openWindow(browser: Browser, url: string, options: object = {}): Promise<Window> {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  context.setDefaultTimeout(timeoutMs)
  return openTab(context, url)
}

/** Opens another tab of the same browser, which shares its cookies. */
export async function openTab(context: BrowserContext, url: string): Promise<Window> {
  const page = await context.newPage()
  const complaints = listen(page)
  await page.goto(url)

  const message = (text: string) =>
    page
      .getByRole('log')
      .getByRole('listitem')
      .filter({ has: page.getByText(text, { exact: true }) })
  // The page forbids eval, so Playwright's waitForFunction would ask only once.
  const comesTrue = async (expression: string) => {
    const deadline = performance.now() + timeoutMs
    while (!(await page.evaluate(expression))) {
      if (performance.now() > deadline) throw new Error(`It never came true: ${expression}`)
    }
  }
  const line = (name: string) => page.getByRole('complementary', { name: 'Chats' }).getByRole('link', { name })

  return {
    page,
    context,
    message,
    line,
    comesTrue,
    complaints: () => complaints,
    ...entering(page),
    async find(tagPart, name) {
      await page.getByLabel('Find people').fill(tagPart)
      await page.getByRole('list', { name: 'People found' }).getByRole('link', { name }).click()
    },
    open: (name) => line(name).click(),
    async write(text) {
      await page.getByLabel('Message').pressSequentially(text)
      await page.keyboard.press('Enter')
    },
    async seesMessage(text, status) {
      const row = message(text)
      await (status ? row.getByText(status, { exact: true }) : row).waitFor()
    },
    texts: () => page.getByRole('log').locator('.text > :first-child').allTextContents(),
    sees: (text) => page.getByText(text).first().waitFor(),
    async seesTitle(title) {
      await comesTrue(`document.title === ${JSON.stringify(title)}`)
    }
  }
}

function entering(page: Page): Pick<Window, 'tryToSignUp' | 'signUp' | 'logIn'> {
  const tryToSignUp: Window['tryToSignUp'] = async ({ tag, firstName, lastName, email, password }) => {
    await page.getByRole('button', { name: 'Create an account' }).click()
    await page.getByLabel('Tag').pressSequentially(tag)
    for (const text of [firstName, lastName, email, password]) {
      await page.keyboard.press('Tab')
      await page.keyboard.type(text)
    }
    await page.keyboard.press('Enter')
  }

  return {
    tryToSignUp,
    async signUp(account) {
      await page.context().request.post(new URL('/signup', page.url()).href, { data: { user: account } })
      await page.reload()
      await page.getByRole('button', { name: 'Your profile' }).waitFor()
    },
    async logIn({ email, password }) {
      await page.getByLabel('E-mail').fill(email)
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Log in' }).click()
    }
  }
}

function listen(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (entry) => {
    const isComplaint = entry.type() === 'error' || entry.type() === 'warning'
    if (isComplaint && !expected.test(entry.text())) complaints.push(entry.text())
  })
  return complaints
}
