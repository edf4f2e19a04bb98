import { readdirSync } from 'node:fs'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type * as chatws from '../../src/client/browser.ts'
import { WebFiles } from '../../src/server/http/web-files.ts'
import { launchChromium, whyWithoutChromium } from '../support/chromium.ts'
import { type FrozenNetwork, startFrozenNetwork } from '../support/frozen-network.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { createWebFolder } from '../support/web-folder.ts'
import { WireClient } from '../support/wire-client.ts'
import { bundleClient } from './bundle-client.ts'

/** What the page has, and what a test leaves there. */
interface Client {
  readonly chatws: typeof chatws
  client: chatws.ChatClient
  conversation: chatws.Conversation
  statuses: chatws.ConnectionStatus[]
  changes: number
}
declare const window: Client

const MAX_BYTES = 4 * 1024 * 1024

const why = whyWithoutChromium()

describe.skipIf(why !== undefined)(why ? `in a browser (skipped: ${why})` : 'in a browser', () => {
  let browser: Browser
  let context: BrowserContext
  let folder: ReturnType<typeof createWebFolder>
  let server: TestServer
  let network: FrozenNetwork
  let complaints: string[]

  beforeAll(async () => {
    browser = await launchChromium({ keepsPages: true })
    folder = createWebFolder({
      'index.html':
        '<!doctype html><title>client</title><link rel="icon" href="data:,"><script type="module" src="./app.js"></script>',
      'app.js': "import * as chatws from './client.js'\nObject.assign(globalThis, { chatws })",
      ...Object.fromEntries((await bundleClient('*')).map(({ name, code }) => [name, code])),
    })
  })
  afterAll(async () => {
    await browser?.close()
    folder?.remove()
  })
  beforeEach(async () => {
    const app = { files: WebFiles.read(folder.folder), isRoutedByPath: false }
    server = await startServer({ web: { app }, uploads: { maxBytes: MAX_BYTES } })
    network = await startFrozenNetwork(server.port)
    context = await browser.newContext()
    complaints = []
    context.on('weberror', (error) => complaints.push(String(error.error())))
  })
  afterEach(async () => {
    await context.close()
    await network.close()
    await server.close()
    expect(complaints).toEqual([])
  })

  /** A page with a client of user 1 that is connected, and a conversation that follows it. */
  async function openPage(): Promise<Page> {
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${network.port}/`)
    await page.evaluate(async () => {
      const url = location.origin.replace('http', 'ws')
      const client = window.chatws.createChatClient({ url, userId: 1 })
      const conversation = new window.chatws.Conversation()
      Object.assign(window, { client, conversation, statuses: [], changes: 0 })
      client.on('status', (status) => window.statuses.push(status))
      conversation.attach(client)
      conversation.subscribe(() => {
        window.changes += 1
      })
      client.connect()
    })
    await isOpen(page)
    return page
  }

  /** Waits until the client is connected, for the `count`-th time. */
  const isOpen = (page: Page, count = 1) =>
    hasCome(
      page,
      (opened) => {
        const open = window.statuses.filter(({ state }) => state === 'open')
        return open.length >= opened && window.client.status.state === 'open'
      },
      count,
    )

  /** Waits for what a function finds: the policy of the page lets Playwright evaluate no text there. */
  async function hasCome<Value>(page: Page, find: (value: Value) => boolean, value: Value) {
    // biome-ignore lint/suspicious/noExplicitAny: Playwright's own type for what crosses to the page
    await expect.poll(() => page.evaluate(find as any, value), { timeout: 30_000 }).toBe(true)
  }

  test('a conversation tells of changes by itself', async () => {
    const page = await openPage()
    await page.evaluate(() =>
      window.client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'hello' }),
    )
    await hasCome(page, () => window.conversation.messages({ chat_id: 1 }).length === 1, 0)
    expect(await page.evaluate(() => window.changes)).toBeGreaterThan(0)
  })

  test('100 users who come and go change nothing of chats, and of users only those', async () => {
    const page = await openPage()
    await page.evaluate(async () => {
      const { client, conversation } = window
      const chat = { chat_id: 1 }
      const { id } = await client.send({ type: 'NEW_MESSAGE', ...chat, sender_id: 1, content: 'a' })
      client.read(chat, id)
      await client.presence()
      const parts = () => {
        const { typing, cursors, members, pins } = conversation.chat(chat)
        return { typing, cursors, members, pins, state: conversation.chat(chat) }
      }
      const read = () => ({
        ...parts(),
        list: conversation.chats(),
        messages: conversation.messages(chat),
        self: conversation.user(1),
      })
      const first = read()
      const changed: Record<string, number> = { told: 0 }
      conversation.subscribe(() => {
        changed.told! += 1
        for (const [name, value] of Object.entries(read()))
          if (value !== first[name as keyof typeof first]) changed[name] = (changed[name] ?? 0) + 1
      })
      Object.assign(window, { changed, came: new Set() })
    })
    for (let i = 0; i < 50; i += 1) await (await WireClient.connect(server.url, 100 + i)).close()
    await hasCome(
      page,
      () => {
        const users = window.conversation.users()
        return (
          users.filter(({ userId, status }) => userId >= 100 && status === 'offline').length === 50
        )
      },
      0,
    )
    const { told, ...others } = await page.evaluate(
      () => (window as unknown as { changed: Record<string, number> }).changed,
    )
    expect(told).toBeGreaterThan(0)
    expect(others).toEqual({})
  })

  test('an upload tells how far it has come, to its end', async () => {
    const page = await openPage()
    const { path, told } = await page.evaluate(async (size) => {
      const told: number[] = []
      const file = new Blob(['x'.repeat(size)])
      const onProgress = (bytes: number) => told.push(bytes)
      const kept = await window.client.upload(file, 'long.txt', { onProgress })
      return { path: kept.path, told }
    }, MAX_BYTES - 1_000)
    expect(told.at(-1)).toBe(MAX_BYTES - 1_000)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    const kept = await fetch(`http://127.0.0.1:${server.port}/${path}`)
    expect((await kept.text()).length).toBe(MAX_BYTES - 1_000)
  })

  test('an upload that is given up ends as such, and leaves no file', async () => {
    const page = await openPage()
    // On a fast line all of it may have been sent before the first word of its progress.
    const tools = await context.newCDPSession(page)
    await tools.send('Network.enable')
    await tools.send('Network.emulateNetworkConditions', {
      ...{ offline: false, latency: 0, downloadThroughput: -1 },
      uploadThroughput: MAX_BYTES / 8,
    })
    const names = await page.evaluate(async (size) => {
      const file = new Blob(['x'.repeat(size)])
      const outcomeOf = async (abort: AbortController, onProgress: () => void) => {
        const options = { signal: abort.signal, onProgress }
        return window.client.upload(file, 'long.txt', options).then(
          () => 'kept',
          (error: Error) => error.name,
        )
      }
      const early = new AbortController()
      early.abort()
      const late = new AbortController()
      return [await outcomeOf(early, () => {}), await outcomeOf(late, () => late.abort())]
    }, MAX_BYTES - 1_000)
    expect(names).toEqual(['AbortError', 'AbortError'])
    await expect.poll(() => readdirSync(server.uploadFolder), { timeout: 30_000 }).toEqual([])
  })

  test.each([true, false])(
    'an upload is refused as the server says (progress: %s)',
    async (tells) => {
      const page = await openPage()
      const refusals = await page.evaluate(
        async ([size, tells]) => {
          const files = [new Blob([new Uint8Array(5_000)]), new Blob(['x'.repeat(size + 1)])]
          const options = tells ? { onProgress: () => {} } : {}
          const outcomes = files.map((file) =>
            window.client.upload(file, 'a', options).then(
              () => 'kept',
              (error: chatws.ChatwsError) => error.code,
            ),
          )
          return Promise.all(outcomes)
        },
        [MAX_BYTES, tells] as const,
      )
      expect(refusals).toEqual(['UNSUPPORTED_TYPE', 'TOO_LARGE'])
    },
  )

  test.each([
    ['the network comes back', () => dispatchEvent(new Event('online'))],
    ['it is looked at again', () => document.dispatchEvent(new Event('visibilitychange'))],
    ['it is no longer frozen', () => document.dispatchEvent(new Event('resume'))],
  ])('a page whose connection died unnoticed has another one once %s', async (_, wake) => {
    const page = await openPage()
    network.freeze()
    await page.evaluate(wake)
    await isOpen(page, 2)
    const reasons = await page.evaluate(() =>
      window.statuses.map((status) => 'reason' in status && status.reason),
    )
    expect(reasons).toContain('the server is silent')
  })

  test('a browser that was offline has a connection again, and what was sent meanwhile', async () => {
    const page = await openPage()
    await context.setOffline(true)
    network.freeze()
    await page.evaluate(() => {
      void window.client.send({
        ...{ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'written offline' },
      })
    })
    await context.setOffline(false)
    await hasCome(page, () => window.client.pendingSends === 0, 0)
    await hasCome(page, () => window.conversation.messages({ chat_id: 1 }).length === 1, 0)
  })

  test('a page is kept for going back, without a socket, and has one again when it is shown', async () => {
    const page = await openPage()
    const other = await WireClient.connect(server.url, 2)
    await page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => Object.assign(window, { persisted }))
    })
    await page.goto(`http://127.0.0.1:${network.port}/test-online-status.html`)
    await other.next('USER_OFFLINE')
    other.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 2, content: 'while you were away' })
    await other.next('MESSAGE')
    await page.goBack({ waitUntil: 'commit' })
    await isOpen(page, 2)
    expect(
      await page.evaluate(() => (window as unknown as { persisted?: boolean }).persisted),
    ).toBe(true)
    await hasCome(page, () => window.conversation.messages({ chat_id: 1 }).length === 1, 0)
    await other.close()
  })
})
