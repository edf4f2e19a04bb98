import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ChatClient } from '../../src/client/chat-client.ts'
import { createChatClient } from '../../src/client/node.ts'
import { whyWithoutChromium } from '../support/chromium.ts'
import { until } from '../support/until.ts'
import { AppBrowser, axeViolations, isWebBuilt } from './app-browser.ts'

const why = whyWithoutChromium() ?? (isWebBuilt ? undefined : 'the web app is not built')

/** A customer's page, whose policy allows nothing but the widget. */
const pageOf = (app: string, attributes: string) =>
  `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">
  <main><h1>Shop</h1><a href="#about">About</a></main>
  <script src="${app}/widget.js" ${attributes}></script></html>`

describe.skipIf(why !== undefined)(`the support widget${why ? ` (skipped: ${why})` : ''}`, () => {
  let app: AppBrowser
  let shop: Server
  let shopOrigin: string
  let agent: ChatClient
  const said: string[] = []

  beforeAll(async () => {
    shop = createServer((request, response) => {
      const user = new URL(request.url ?? '/', 'http://shop').searchParams.get('user') ?? ''
      response.writeHead(200, {
        'content-type': 'text/html',
        'content-security-policy': `default-src 'none'; img-src data:; script-src ${app.origin}; frame-src ${app.origin}`,
      })
      response.end(pageOf(app.origin, user && `data-user="${user}" data-title="Help"`))
    })
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
    shopOrigin = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`
    app = await AppBrowser.open({
      access: 'members',
      agents: [9],
      web: { widgetOrigins: [shopOrigin] },
    })
    agent = createChatClient({ url: app.server.url, userId: 9 })
    agent.on('supportMessage', ({ content }) => said.push(content))
    agent.connect()
  })
  /** The page itself is of another origin; nothing else is to be. */
  const expectNoComplaints = () => {
    const others = app.takeComplaints().filter((text) => !text.startsWith(`asked ${shopOrigin}/`))
    expect(others).toEqual([])
  }
  afterEach(expectNoComplaints)
  afterAll(async () => {
    agent?.close()
    await app?.close()
    await new Promise((resolve) => shop?.close(resolve))
  })

  const visit = async (userId: number, look: object = {}): Promise<Page> => {
    const page = await app.page(look)
    await page.goto(`${shopOrigin}/?user=${userId}`)
    return page
  }
  const frameOf = (page: Page) => page.frameLocator('chatws-widget iframe')
  const answer = (support_chat_id: number, content: string) =>
    agent.send({ type: 'NEW_SUPPORT_MESSAGE', support_chat_id, sender_id: 9, content })

  it('is used from the keyboard, on a page of another origin with a strict policy', async () => {
    const page = await visit(51)
    const button = page.getByRole('button', { name: 'Help' })
    await button.focus()
    expect(await button.getAttribute('aria-expanded')).toBe('false')
    await page.keyboard.press('Enter')
    await frameOf(page).locator('textarea:focus').waitFor()
    await page.keyboard.type('My order is late')
    await page.keyboard.press('Enter')
    await until(() => said.includes('My order is late'), 'the question')
    await answer(51, 'It is on its way')
    await frameOf(page).getByRole('log').getByText('It is on its way').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Help', expanded: false }).waitFor()
    expect(await button.evaluate((element) => element.matches(':focus'))).toBe(true)
  })

  it('says how many answers wait, until they are seen', async () => {
    const page = await visit(52)
    const button = page.getByRole('button', { name: /^Help/ })
    await button.click()
    const field = frameOf(page).getByRole('textbox', { name: 'Your message' })
    await field.fill('Hello?')
    await field.press('Enter')
    await until(() => said.includes('Hello?'), 'the question')
    await frameOf(page).getByRole('button', { name: 'Close' }).click()
    await answer(52, 'Yes?')
    await page.getByRole('button', { name: 'Help, 1 unread message' }).waitFor()
    await page.getByRole('status').getByText('1 unread message').waitFor({ state: 'attached' })
    await button.click()
    await frameOf(page).getByText('Yes?').waitFor()
    await page.getByRole('button', { name: 'Help', exact: true }).waitFor()
  })

  it('shows the same chat again on the next page', async () => {
    const page = await visit(52)
    await page.getByRole('button', { name: 'Help' }).click()
    await frameOf(page).getByText('Yes?').waitFor()
  })

  it('leaves what the page calls its own alone', async () => {
    const page = await visit(53)
    await page.getByRole('button', { name: 'Help' }).waitFor()
    const added = await page.evaluate(() =>
      Object.keys(window).filter((key) => /chatws/i.test(key)),
    )
    expect(added).toEqual([])
  })

  it('says what is missing where the script names no user', async () => {
    const page = await app.page()
    await page.goto(shopOrigin)
    await page.getByRole('heading', { name: 'Shop' }).waitFor()
    await until(() => app.takeComplaints().some((text) => text.includes('data-user')), 'the hint')
    expect(await page.locator('chatws-widget').count()).toBe(0)
  })

  it('may be framed by the origins that were named, and the app by none', async () => {
    const widget = await fetch(`${app.origin}/widget.html`)
    expect(widget.headers.get('content-security-policy')).toContain(
      `frame-ancestors ${shopOrigin};`,
    )
    expect(widget.headers.get('x-frame-options')).toBeNull()
    const index = await fetch(`${app.origin}/`)
    expect(index.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(index.headers.get('x-frame-options')).toBe('DENY')
  })

  it.each(['light', 'dark'] as const)(
    'has nothing that axe finds wrong (%s)',
    async (colorScheme) => {
      const page = await visit(54, { bypassCSP: true, colorScheme })
      await page.getByRole('button', { name: 'Help' }).click()
      await frameOf(page).getByRole('textbox').waitFor()
      const inside = page.frames().find((frame) => frame.url().endsWith('/widget.html'))!
      expect(await axeViolations(page)).toEqual([])
      // axe has asked the frame, too, as if it were of the page's origin.
      app.takeComplaints()
      expect(await axeViolations(inside as unknown as Page)).toEqual([])
    },
  )
})

describe.skipIf(why !== undefined)('a server that names no origins for the widget', () => {
  it('lets no page frame it', async () => {
    const app = await AppBrowser.open()
    try {
      const widget = await fetch(`${app.origin}/widget.html`)
      expect(widget.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(widget.headers.get('x-frame-options')).toBe('DENY')
    } finally {
      await app.close()
    }
  })
})
