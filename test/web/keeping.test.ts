import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ChatClient } from '../../src/client/chat-client.ts'
import { createChatClient } from '../../src/client/node.ts'
import { whyWithoutChromium } from '../support/chromium.ts'
import { until } from '../support/until.ts'
import { AppBrowser, isWebBuilt } from './app-browser.ts'

/** Polls until something of a page holds. */
async function untilHolds(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 30_000
  while (!(await holds()))
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
}

const why = whyWithoutChromium() ?? (isWebBuilt ? undefined : 'the web app is not built')

describe.skipIf(why !== undefined)(`what the app keeps${why ? ` (skipped: ${why})` : ''}`, () => {
  let app: AppBrowser
  let other: ChatClient
  let heard: string[]

  beforeAll(async () => {
    app = await AppBrowser.open()
  })
  beforeEach(() => {
    heard = []
    other = createChatClient({ url: app.server.url, userId: 2 })
    other.on('message', ({ content }) => heard.push(content))
    other.connect()
  })
  afterEach(() => other.close())
  afterAll(() => app?.close())

  const say = (content: string, more: object = {}) =>
    other.send({ type: 'NEW_MESSAGE', chat_id: 5, sender_id: 2, content, ...more })
  const field = (page: Page) => page.getByRole('main').getByRole('textbox')
  const keptIn = (page: Page) =>
    page.evaluate(() =>
      [sessionStorage, localStorage].flatMap((storage) =>
        Object.keys(storage).filter((key) => /^chatws(.outbox| draft)/.test(key)),
      ),
    )

  /** A context whose sockets are cut as long as `isCut`; the page itself can be loaded. */
  const openCut = async (userId: number) => {
    const page = await app.page({ userId })
    const line = { isCut: false }
    await page.context().routeWebSocket(/./, (socket) => {
      if (line.isCut) void socket.close()
      else socket.connectToServer()
    })
    return { page, line }
  }
  const openChat = async (page: Page) => {
    await page.goto(`${app.origin}/#/chat/5`)
    await page.reload()
    await field(page).waitFor()
  }

  it('sends what was written without a connection after a reload, once', async () => {
    const { page, line } = await openCut(1)
    line.isCut = true
    await openChat(page)
    for (const text of ['Written on the train', 'And in the tunnel']) {
      await field(page).fill(text)
      await field(page).press('Enter')
    }
    await untilHolds(async () => (await keptIn(page)).length === 2, 'both to be kept')
    expect(heard).toEqual([])
    line.isCut = false
    await page.reload()
    await until(() => heard.length === 2, 'both messages')
    await untilHolds(async () => (await keptIn(page)).length === 0, 'both to be stored')
    await page.reload()
    await page.getByText('And in the tunnel').first().waitFor()
    await say('Welcome back')
    await until(() => heard.length === 3, 'the answer')
    expect(heard).toEqual(['Written on the train', 'And in the tunnel', 'Welcome back'])
    app.takeComplaints()
  })

  it('leaves nothing of a user behind who signs out', async () => {
    const { page, line } = await openCut(4)
    line.isCut = true
    await openChat(page)
    await field(page).fill('A secret')
    await field(page).press('Enter')
    await untilHolds(async () => (await keptIn(page)).length === 1, 'it to be kept')
    await field(page).fill('Half a secret')
    await untilHolds(async () => (await keptIn(page)).length === 2, 'the draft to be kept')
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByLabel('User id').waitFor()
    expect(await keptIn(page)).toEqual([])
    app.takeComplaints()
  })

  it('notifies of a mention in one tab, and in none while one is looked at', async () => {
    const page = await app.page()
    const context = page.context()
    await context.grantPermissions(['notifications'], { origin: app.origin })
    await context.addInitScript(() => {
      const shown: string[] = []
      const view = { state: 'hidden' }
      Object.assign(window, { shown, view })
      Object.defineProperty(document, 'visibilityState', { get: () => view.state })
      window.Notification = class {
        static permission = 'granted'
        constructor(title: string, { body }: { body: string }) {
          shown.push(`${title}: ${body}`)
        }
      } as never
    })
    const tabs = [page, await context.newPage()]
    for (const tab of tabs) {
      await tab.goto(`${app.origin}/?userId=6`)
      await tab.getByText('People').first().waitFor()
    }
    const shown = async () =>
      (
        await Promise.all(
          tabs.map((tab) => tab.evaluate(() => (window as never as { shown: string[] }).shown)),
        )
      ).flat()
    await tabs[0]!.waitForFunction(async () => {
      const { held = [] } = await navigator.locks.query()
      return held.some(({ name }) => name === 'chatws 6 leads')
    })
    await say('Look, @6', { mentions: [6] })
    await untilHolds(async () => (await shown()).length > 0, 'the notification')
    await tabs[1]!.evaluate(() => {
      ;(window as never as { view: { state: string } }).view.state = 'visible'
      document.dispatchEvent(new Event('visibilitychange'))
    })
    await tabs[0]!.waitForFunction(async () => {
      const { held = [] } = await navigator.locks.query()
      return held.some(({ name }) => name === 'chatws 6 is looked at')
    })
    await say('Again, @6', { mentions: [6] })
    for (const tab of tabs) await tab.waitForFunction(() => document.title.startsWith('(2)'))
    expect(await shown()).toEqual(['2: Look, @6'])
  })

  it('shows how much is unread in the title and the sign of the tab', async () => {
    const page = await app.page({ userId: 3 })
    await page.getByText('People').first().waitFor()
    await say('One')
    await page.waitForFunction(() => /^\(\d+\) chatws$/.test(document.title))
    const icon = page.locator('link[rel="icon"]')
    expect(await icon.getAttribute('href')).toBe('./icon-unread.svg')
  })
})
