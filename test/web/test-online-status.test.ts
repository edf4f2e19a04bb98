import type { Browser, BrowserContext, Page, WebSocketRoute } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ChatwsError } from '../../src/protocol/error.ts'
import { Authenticator } from '../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../src/server/auth/token-verifier.ts'
import { ChatServer } from '../../src/server/chat-server.ts'
import { ServerLog } from '../../src/server/telemetry/server-log.ts'
import type { Store } from '../../src/storage/store.ts'
import { newEntry } from '../storage/new-entry.ts'
import { launchChromium, whyWithoutChromium } from '../support/chromium.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { SECRET, signToken } from '../support/tokens.ts'
import { WireClient } from '../support/wire-client.ts'
import { withMethods } from '../support/with-methods.ts'

const HOSTILE = '<img src=x onerror="document.title=\'hacked\'"><script>document.title=1</script>'

/** Looks like an id to the page, and is none to the server. */
const UNSAFE_ID = 2 ** 53

const why = whyWithoutChromium()

describe.skipIf(why !== undefined)(why ? `the web page (skipped: ${why})` : 'the web page', () => {
  let browser: Browser
  let context: BrowserContext
  let server: TestServer
  /** What the pages asked other hosts for, and what they complained of. */
  let strayRequests: string[]
  let complaints: string[]

  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())

  beforeEach(async () => {
    server = await startServer()
    await openContext()
  })
  afterEach(async () => {
    await context.close()
    await server.close()
    expect(strayRequests).toEqual([])
    expect(complaints).toEqual([])
  })

  async function openContext(): Promise<void> {
    context = await browser.newContext()
    strayRequests = []
    complaints = []
    context.on('request', (request) => {
      if (new URL(request.url()).origin !== origin()) strayRequests.push(request.url())
    })
    context.on('response', (response) => {
      if (!response.ok()) complaints.push(`${response.status()} ${response.url()}`)
    })
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    context.on('weberror', (error) => complaints.push(String(error.error())))
  }

  const origin = () => `http://127.0.0.1:${server.port}`

  /** Opens a page that connects as a user, and waits until it is connected. */
  async function openAs(userId: number): Promise<Page> {
    const page = await context.newPage()
    await page.goto(`${origin()}/?userId=${userId}`)
    await hasStatus(page, `Connected as user ${userId}.`)
    return page
  }

  test('both paths serve a page with a title, one h1 and the landmarks', async () => {
    for (const path of ['/', '/test-online-status.html']) {
      const page = await context.newPage()
      await page.goto(origin() + path)
      expect(await page.title()).toContain('Online status')
      expect(await page.locator('html').getAttribute('lang')).toBe('en')
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
      for (const landmark of ['banner', 'main'] as const)
        expect(await page.getByRole(landmark).count()).toBe(1)
      for (const name of ['Connection', 'Online now', 'Messages', 'Events'])
        expect(await page.getByRole('region', { name }).count()).toBe(1)
      for (const name of ['Messages', 'Events'])
        expect(await page.getByRole('log', { name }).count()).toBe(1)
    }
  })

  test('takes a token, in its field or behind the # of its address', async () => {
    await server.close()
    const authenticator = new Authenticator(createTokenVerifier({ secret: SECRET }))
    server = await startServer({ security: { authenticator } })
    const token = await signToken('7')
    const page = await context.newPage()
    await page.goto(`${origin()}/?userId=7#token=${token}`)
    await hasStatus(page, 'Connected as user 7.')
    expect(page.url()).toBe(`${origin()}/?userId=7`)
    const other = await context.newPage()
    await other.goto(origin())
    await other.getByLabel('User id').fill('7')
    await other.getByLabel('Token').fill(token)
    await other.getByRole('button', { name: 'Connect' }).click()
    await hasStatus(other, 'Connected as user 7.')
  })

  test('every field has a label and every button a name', async () => {
    const page = await context.newPage()
    await page.goto(origin())
    await page.getByText('Attach file details').click()
    const unlabelled = await page
      .locator('input, textarea')
      .evaluateAll((fields) =>
        fields.filter((field) => !(field as HTMLInputElement).labels?.length),
      )
    expect(unlabelled).toEqual([])
    for (const name of ['User id', 'Chat id', 'Content', 'File type', 'File paths'])
      expect(await page.getByRole('textbox', { name }).count()).toBe(1)
    for (const name of ['Chat message', 'Support message'])
      expect(await page.getByRole('radio', { name }).count()).toBe(1)
    expect(await page.getByRole('button', { name: /^(Connect|Send)$/ }).count()).toBe(2)
  })

  test.each(['light', 'dark'] as const)(
    'text keeps the contrast of WCAG AA (%s)',
    async (scheme) => {
      const page = await openAs(1)
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      await sendFrom(page, { content: 'refused', chatId: UNSAFE_ID })
      await sendFrom(page, { content: 'accepted' })
      await hasText(page, '#messages li:last-child .content', 'accepted')
      await hasText(page, '#messages .state', /^not sent/)
      const contrasts = await page.evaluate(contrastOfTexts)
      expect(contrasts.length).toBeGreaterThan(15)
      expect(contrasts.filter(({ ratio }) => ratio < 4.5)).toEqual([])
    },
  )

  test('a phone shows the page without scrolling sideways', async () => {
    const page = await openAs(1)
    await page.setViewportSize({ width: 320, height: 640 })
    await sendFrom(page, { content: 'x'.repeat(500) })
    await hasText(page, '#messages', /xxx/)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  })

  test('the keyboard alone connects, sends and disconnects', async () => {
    const page = await context.newPage()
    await page.goto(origin())
    await page.keyboard.press('Tab')
    await page.keyboard.type('7')
    await page.keyboard.press('Enter')
    await hasStatus(page, 'Connected as user 7.')
    await page.keyboard.press('Tab')
    await tabTo(page, 'content')
    await page.keyboard.type('one')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('two')
    await page.keyboard.press('Enter')
    await hasText(page, '#messages .content', 'one\ntwo')
    await tabTo(page, 'disconnect', 'Shift+Tab')
    await page.keyboard.press('Enter')
    await hasStatus(page, 'Not connected.')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('connect')
  })

  test('all pages list the same users, in the order of their ids', async () => {
    const ten = await openAs(10)
    const two = await openAs(2)
    await hasUsers(ten, ['User 2', 'User 10 you'])
    await hasUsers(two, ['User 2 you', 'User 10'])
    await hasText(ten, '#online-count', '2 users')
    await hasText(ten, '#events', /User 2 came online/)
    const nine = await WireClient.connect(server.url, 9)
    await hasUsers(ten, ['User 2', 'User 9', 'User 10 you'])
    await hasUsers(two, ['User 2 you', 'User 9', 'User 10'])
    await nine.close()
    await hasUsers(two, ['User 2 you', 'User 10'])
  })

  test('a user is online until the last of its tabs is closed', async () => {
    const one = await openAs(1)
    const two = await openAs(2)
    const secondTab = await openAs(1)
    await hasUsers(secondTab, ['User 1 you', 'User 2'])
    await one.close()
    // What comes after the closing of one tab has come, so its own news would have, too.
    const three = await WireClient.connect(server.url, 3)
    await hasUsers(two, ['User 1', 'User 2 you', 'User 3'])
    expect(await two.locator('#events').innerText()).not.toContain('User 1')
    await secondTab.getByRole('button', { name: 'Disconnect' }).click()
    await hasStatus(secondTab, 'Not connected.')
    await hasUsers(secondTab, [])
    await hasUsers(two, ['User 2 you', 'User 3'])
    await hasText(two, '#events', /User 1 went offline/)
    await three.close()
  })

  test('both kinds of message go both ways, once each', async () => {
    const one = await openAs(1)
    const two = await openAs(2)
    await sendFrom(one, { content: 'hello', chatId: 5 })
    await hasMessages(two, ['User 1|Chat 5|hello'])
    await sendFrom(two, { content: 'help', chatId: 6, kind: 'Support message' })
    await hasMessages(one, ['User 1 you|Chat 5|hello', 'User 2|Support chat 6|help'])
    await hasMessages(two, ['User 1|Chat 5|hello', 'User 2 you|Support chat 6|help'])
    expect(await one.locator('#outbox li').count()).toBe(0)
  })

  test('file details are sent and shown', async () => {
    const one = await openAs(1)
    await one.getByText('Attach file details').click()
    await one.getByLabel('File type').fill('image/png')
    await one.getByLabel('File paths').fill('uploads/image.png')
    await sendFrom(one, { content: 'a picture' })
    await hasText(one, '#messages .file', 'File: image/png, uploads/image.png')
    const [stored] = await server.store.readAfter(0, 10)
    expect(stored).toMatchObject({ fileType: 'image/png', filePaths: 'uploads/image.png' })
  })

  test('users are shown by name and id, whatever the name tries', async () => {
    const page = await openAs(1)
    const other = await WireClient.connect(server.url, 2)
    other.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 2, content: 'hi' })
    await hasText(page, '.message .sender', 'User 2')
    const name = '\u202e<b>An\u200bn</b>'
    other.send({ type: 'PROFILE', client_id: 'n', name })
    await hasText(page, '.message .sender', '<b>Ann</b> (2)')
    const third = await openAs(3)
    await hasText(third, '#online li:nth-child(2)', '<b>Ann</b> (2)')
    await other.close()
  })

  test('hostile content stays text', async () => {
    const one = await openAs(1)
    const two = await openAs(2)
    await one.getByText('Attach file details').click()
    await one.getByLabel('File paths').fill(HOSTILE)
    await sendFrom(one, { content: HOSTILE })
    for (const page of [one, two]) {
      await hasText(page, '#messages .content', HOSTILE)
      await hasText(page, '#messages .file', `File: ${HOSTILE}`)
      expect(await page.locator('#messages :is(img, script)').count()).toBe(0)
      expect(await page.title()).toContain('Online status')
    }
  })

  test('only the newest 500 messages are kept', async () => {
    const page = await openAs(1)
    const sender = await WireClient.connect(server.url, 2)
    for (let n = 1; n <= 510; n += 1)
      sender.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 2, content: `message ${n}` })
    await hasText(page, '#messages li:last-child .content', 'message 510')
    await hasText(page, '#messages li:first-child .content', 'message 11')
    expect(await page.locator('#messages li').count()).toBe(500)
    await sender.close()
  })

  test('a user id that the server refuses is refused for good, with its reason', async () => {
    const page = await context.newPage()
    let sockets = 0
    page.on('websocket', () => {
      sockets += 1
    })
    await page.goto(`${origin()}/?userId=${UNSAFE_ID}`)
    await hasStatus(page, 'Refused: Invalid user ID. The page does not try again.')
    expect(await page.getByRole('button', { name: 'Connect', exact: true }).isVisible()).toBe(true)
    expect(await page.locator('#countdown').innerText()).toBe('')
    expect(sockets).toBe(1)
  })

  test('a message that the server refuses says why, and is not sent again', async () => {
    const page = await openAs(1)
    await sendFrom(page, { content: 'nowhere', chatId: UNSAFE_ID })
    await hasText(page, '#messages .state', /^not sent: chat_id/)
    await hasText(page, '#events', /Error INVALID_FRAME: chat_id/)
    await sendFrom(page, { content: 'x'.repeat(70_000) })
    await hasText(page, '#messages li:last-child .state', 'not sent: larger than 65536 bytes')
    await hasStatus(page, 'Connected as user 1.')
  })

  test('a message that was stored but not acknowledged is stored once', async () => {
    await server.close()
    server = await startServer({ wrapStore: losingFirstAnswer })
    const page = await openAs(1)
    await sendFrom(page, { content: 'once' })
    await hasText(page, '#events', /Error STORAGE_UNAVAILABLE/)
    await hasMessages(page, ['User 1 you|Chat 1|once'])
    await expect.poll(() => page.locator('#outbox li').count()).toBe(0)
    expect(await server.store.readAfter(0, 10)).toHaveLength(1)
  })

  test('a page reconnects after a restart and sends what it was given meanwhile', async () => {
    const page = await openAs(1)
    await server.server.close()
    await hasText(page, '#countdown', /^Next try in \d+ s\.$/)
    await hasText(page, '#status', /^Disconnected: .+ Reconnecting, attempt \d+\.|^Connecting/)
    await hasText(page, '#online-count', 'Not known')
    await sendFrom(page, { content: 'patience' })
    await hasText(page, '#outbox .state', 'sending…')

    const again = await restart(server)
    await hasStatus(page, 'Connected as user 1.')
    await hasMessages(page, ['User 1 you|Chat 1|patience'])
    await hasUsers(page, ['User 1 you'])
    expect(await server.store.readAfter(0, 10)).toHaveLength(1)
    await page.close()
    await again.close()
    // Chromium itself reports each attempt that finds no server.
    complaints = complaints.filter((text) => !text.startsWith('WebSocket connection to'))
  })

  test('a page that reconnects says how many messages it missed', async () => {
    const page = await openAs(1)
    await server.server.close()
    const missed = newEntry({ senderId: 2, content: 'missed' })
    await server.store.append([missed], new Date().toISOString())
    const again = await restart(server)
    await hasText(page, '#events', /Messages stored while this page was not connected: 1$/)
    await page.close()
    await again.close()
    complaints = complaints.filter((text) => !text.startsWith('WebSocket connection to'))
  })

  test('close codes from 4500 end the session, those below do not', async () => {
    const page = await context.newPage()
    const codes = [4001, 4502]
    const peers: WebSocketRoute[] = []
    await page.routeWebSocket(/./, (peer) => {
      peers.push(peer)
      peer.onMessage(() => {})
      void peer.close({ code: codes.shift()!, reason: 'Told so' })
    })
    await page.goto(`${origin()}/?userId=1`)
    await hasText(page, '#events', /Connection lost: Told so/)
    await hasStatus(page, 'Refused: Told so. The page does not try again.')
    expect(peers).toHaveLength(2)
  })

  test.each(['isComposing', 'keyCode 229'])(
    'the Enter that confirms what an input method composed sends nothing (%s)',
    async (told) => {
      const page = await openAs(1)
      await page.fill('#content', 'にほん')
      await page.evaluate((isTold) => {
        const init = isTold
          ? { isComposing: true, keyCode: 13 }
          : { isComposing: false, keyCode: 229 }
        const event = new KeyboardEvent('keydown', {
          ...{ key: 'Enter', bubbles: true, cancelable: true },
          ...init,
        })
        document.getElementById('content')!.dispatchEvent(event)
      }, told === 'isComposing')
      expect(await page.inputValue('#content')).toBe('にほん')
      await page.press('#content', 'Enter')
      await hasText(page, '#messages', /にほん/)
      expect(await page.inputValue('#content')).toBe('')
    },
  )

  /** A page whose clock stands still, and the sockets that it opens. */
  async function openWithClock(onPeer: (peer: WebSocketRoute, index: number) => void) {
    const page = await context.newPage()
    await stopClock(page)
    const peers: WebSocketRoute[] = []
    await page.routeWebSocket(/./, (peer) => {
      peers.push(peer)
      onPeer(peer, peers.length - 1)
    })
    await page.goto(`${origin()}/?userId=1`)
    return { page, peers }
  }

  test('the time that a close asks to wait for is waited for, and not shown', async () => {
    const { page, peers } = await openWithClock((peer) => {
      peer.onMessage(() => {})
      void peer.close({ code: 4003, reason: 'Too many; retry_after_ms=10000' })
    })
    await hasText(page, '#events', /Connection lost: Too many$/)
    await page.clock.runFor(9_900)
    await settled(page)
    expect(peers).toHaveLength(1)
    await page.clock.runFor(30_000)
    await expect.poll(() => peers.length).toBeGreaterThan(1)
  })

  test('a server that says nothing any more is given up within a minute, and connected to anew', async () => {
    const { page, peers } = await openWithClock((peer, index) => {
      const inner = peer.connectToServer()
      peer.onMessage((message) => inner.send(message))
      inner.onMessage((message) => {
        if (index > 0 || String(message).includes('CONNECTION_ESTABLISHED')) peer.send(message)
      })
    })
    await hasStatus(page, 'Connected as user 1.')
    await passesUntilLost(page, 60_000)
    await page.clock.runFor(1_000)
    await expect.poll(() => peers.length).toBe(2)
    await hasStatus(page, 'Connected as user 1.')
  })

  test('a page that wakes up comes no sooner than the server asked for', async () => {
    const page = await context.newPage()
    await stopClock(page)
    const peers: WebSocketRoute[] = []
    await page.routeWebSocket(/./, (peer) => {
      peers.push(peer)
      peer.onMessage(() => {})
      void peer.close({ code: 4003, reason: 'Too many; retry_after_ms=10000' })
    })
    await page.goto(`${origin()}/?userId=1`)
    await hasStatus(page, 'Disconnected: Too many. Reconnecting, attempt 1.')
    await page.clock.runFor(9_900)
    await wake(page)
    await hasStatus(page, 'Disconnected: Too many. Reconnecting, attempt 1.')
    expect(peers).toHaveLength(1)
    await page.clock.runFor(600)
    await hasStatus(page, 'Disconnected: Too many. Reconnecting, attempt 2.')
  })

  test.each(['the same', 'a new'])(
    'a server that wants no messages for a while gets none, over %s connection',
    async (which) => {
      const page = await context.newPage()
      await stopClock(page)
      const contents: string[] = []
      const peers: WebSocketRoute[] = []
      await page.routeWebSocket(/./, (peer) => {
        peers.push(peer)
        const connection = peer.connectToServer()
        peer.onMessage((data) => {
          const { type, content, client_id: ref } = JSON.parse(String(data))
          if (type === 'USERS') {
            connection.send(data)
            return
          }
          contents.push(content)
          if (contents.length > 1) connection.send(data)
          else peer.send(JSON.stringify({ ...TOO_FAST, ref }))
        })
      })
      await page.goto(`${origin()}/?userId=1`)
      await hasStatus(page, 'Connected as user 1.')
      await sendFrom(page, { content: 'one' })
      await hasText(page, '#events', /Error RATE_LIMITED/)
      await sendFrom(page, { content: 'two' })
      if (which === 'a new') {
        await peers[0]!.close({ code: 4000 })
        await hasText(page, '#status', /^Disconnected/)
        await page.clock.runFor(600)
        await hasStatus(page, 'Connected as user 1.')
      }
      await page.clock.runFor(9_000)
      expect(contents).toEqual(['one'])
      await page.clock.runFor(1_000)
      await hasMessages(page, ['User 1 you|Chat 1|one', 'User 1 you|Chat 1|two'])
      expect(contents).toEqual(['one', 'one', 'two'])
    },
  )

  test.each([
    ['after it was quiet', 51_000, async () => {}],
    ['when it does not answer', 25_000, (page: Page) => sendFrom(page, { content: 'to nobody' })],
    ['when the page wakes up', 20_000, (page: Page) => wake(page)],
  ])('a dead connection is noticed %s, and nothing is lost', async (_, withinMs, act) => {
    const page = await context.newPage()
    await stopClock(page)
    const peers = await freezeFirstConnection(page)
    await page.goto(`${origin()}/?userId=1`)
    await hasStatus(page, 'Connected as user 1.')
    const other = await WireClient.connect(server.url, 2)
    await hasUsers(page, ['User 1 you', 'User 2'])
    await peers.owed.paid(page)
    peers.isFrozen = true
    await act(page)
    other.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 2, content: 'missed' })
    await expect.poll(async () => (await server.store.readAfter(0, 10)).length).toBe(1)
    await passesUntilLost(page, withinMs)
    await page.clock.runFor(1_000)
    await hasStatus(page, 'Connected as user 1.')
    await hasText(page, '#messages', /missed/)
    await expect.poll(() => page.locator('#outbox li').count()).toBe(0)
    expect(await page.locator('#messages li').count()).toBe(
      (await server.store.readAfter(0, 10)).length,
    )
    expect(peers.count).toBe(2)
    await other.close()
  })

  test('a server that is only quiet is left alone', async () => {
    const page = await context.newPage()
    await stopClock(page)
    let sockets = 0
    let pings = 0
    const owed = new Owed()
    await page.routeWebSocket(/./, (peer) => {
      sockets += 1
      const connection = peer.connectToServer()
      peer.onMessage((data) => {
        owed.asked(data)
        connection.send(data)
      })
      connection.onMessage((data) => {
        peer.send(data)
        owed.answered(data)
        if (JSON.parse(String(data)).type !== 'PONG') return
        pings += 1
        const timestamp = new Date(0).toISOString()
        peer.send(JSON.stringify({ type: 'USER_ONLINE', userId: 100 + pings, timestamp }))
      })
    })
    await page.goto(`${origin()}/?userId=1`)
    await hasStatus(page, 'Connected as user 1.')
    for (let round = 1; round <= 4; round += 1) {
      await passes(page, 45_000, owed)
      await hasText(page, '#events', new RegExp(`User ${100 + round} came online`))
    }
    await hasStatus(page, 'Connected as user 1.')
    expect(sockets).toBe(1)
  })

  test('a connection that ends soon after each greeting is tried less and less often', async () => {
    const page = await context.newPage()
    await stopClock(page)
    await page.routeWebSocket(/./, (peer) => {
      peer.onMessage(() => {})
      peer.connectToServer().onMessage((message) => {
        peer.send(message)
        void peer.close({ code: 4001, reason: 'Again' })
      })
    })
    await page.goto(`${origin()}/?userId=1`)
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await hasStatus(page, `Disconnected: Again. Reconnecting, attempt ${attempt}.`)
      await page.clock.runFor(500 * 2 ** attempt)
    }
  })

  test.each(['', '<html>', 'null', '[]', '{}', '{"type":5}'])(
    'what is no frame (%j) ends its connection, and the next one resumes',
    async (text) => {
      const page = await context.newPage()
      const urls: string[] = []
      await page.routeWebSocket(/./, (peer) => {
        urls.push(peer.url())
        const connection = peer.connectToServer()
        peer.onMessage((message) => connection.send(message))
        connection.onMessage((message) => {
          peer.send(message)
          if (urls.length === 1) peer.send(text)
        })
      })
      await page.goto(`${origin()}/?userId=1`)
      await expect.poll(() => urls.length, PATIENCE).toBe(2)
      await hasStatus(page, 'Connected as user 1.')
      expect(new URL(urls[1]!).searchParams.get('since')).toBe('0')
    },
  )

  test('frames of an unknown type change nothing', async () => {
    const page = await context.newPage()
    await page.routeWebSocket(/./, (peer) => {
      peer.onMessage(() => {})
      const connection = peer.connectToServer()
      connection.onMessage((message) => {
        peer.send('{"type":"RECEIPT","userId":5}')
        peer.send('{"type":"toString"}')
        peer.send(message)
      })
    })
    await page.goto(`${origin()}/?userId=1`)
    await hasUsers(page, ['User 1 you'])
    expect(await page.locator('#events li').count()).toBe(1)
  })
})

const PATIENCE = { timeout: 10_000 }

interface Sent {
  content: string
  chatId?: number
  kind?: 'Chat message' | 'Support message'
}

async function sendFrom(page: Page, { content, chatId = 1, kind = 'Chat message' }: Sent) {
  // Chromium draws a page behind another one only once a second, and a click waits for that.
  await page.bringToFront()
  await page.getByLabel(kind).check()
  await page.getByLabel('Chat id').fill(String(chatId))
  await page.getByLabel('Content').fill(content)
  await page.getByRole('button', { name: 'Send' }).click()
}

async function tabTo(page: Page, id: string, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 20; presses += 1) {
    if ((await page.evaluate(() => document.activeElement?.id)) === id) return
    await page.keyboard.press(key)
  }
  throw new Error(`#${id} is not reached with ${key}`)
}

const hasStatus = (page: Page, text: string) => hasText(page, '#status', text)

const hasText = (page: Page, selector: string, text: string | RegExp) =>
  expect
    .poll(async () => (await page.locator(selector).allInnerTexts()).join('\n'), PATIENCE)
    .toEqual(typeof text === 'string' ? text : expect.stringMatching(text))

const hasUsers = (page: Page, users: string[]) =>
  expect.poll(() => page.locator('#online li').allInnerTexts(), PATIENCE).toEqual(users)

const TOO_FAST = { type: 'ERROR', code: 'RATE_LIMITED', message: 'Slow', retry_after_ms: 10_000 }

/** From now on time passes in a page only as it is told; until then it passes by itself. */
async function stopClock(page: Page): Promise<void> {
  await page.clock.install({ time: 0 })
  await page.clock.pauseAt(3_600_000)
}

/** Time passes in steps that are shorter than any that a page waits for. */
const STEP_MS = 1_000

/** What a page was sent has come to it. */
const settled = (page: Page) => page.evaluate(() => {})

/** Lets time pass in a page; while its server owes it an answer, which takes real time, none does. */
async function passes(page: Page, ms: number, owed: Owed): Promise<void> {
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    await page.clock.runFor(STEP_MS)
    await owed.paid(page)
  }
}

/** Lets time pass until a page gives its connection up, and no longer: another one takes real time. */
async function passesUntilLost(page: Page, mostMs: number): Promise<void> {
  const isLost = async () =>
    (await page.locator('#events').innerText()).includes('Connection lost: the server is silent')
  for (let passed = 0; passed < mostMs && !(await isLost()); passed += STEP_MS)
    await page.clock.runFor(STEP_MS)
  expect(await isLost()).toBe(true)
}

/** What a page has asked and was not answered yet. */
class Owed {
  readonly #names = new Set<string>()

  asked(data: string | Buffer): void {
    const name = nameOf(data)
    if (name !== undefined) this.#names.add(name)
  }

  answered(data: string | Buffer): void {
    const name = nameOf(data)
    if (name !== undefined) this.#names.delete(name)
  }

  /** Waits until the page has all answers. */
  async paid(page: Page): Promise<void> {
    await settled(page)
    await expect.poll(() => this.#names.size, PATIENCE).toBe(0)
    await settled(page)
  }
}

/** By what a question and its answer are told from others. */
function nameOf(data: string | Buffer): string | undefined {
  const { client_id, ref, t } = JSON.parse(String(data))
  return client_id ?? ref ?? (t === undefined ? undefined : `ping ${t}`)
}

/** Tells a page what it is told when the network is back. */
const wake = (page: Page) => page.evaluate(() => dispatchEvent(new Event('online')))

/** Lets nothing through the first connection of a page, either way, while it is frozen. */
async function freezeFirstConnection(page: Page) {
  const connections = { count: 0, isFrozen: false, owed: new Owed() }
  await page.routeWebSocket(/./, (peer) => {
    connections.count += 1
    const isFirst = connections.count === 1
    const isCut = () => isFirst && connections.isFrozen
    const connection = peer.connectToServer()
    peer.onMessage((data) => {
      connections.owed.asked(data)
      if (!isCut()) connection.send(data)
    })
    connection.onMessage((data) => {
      if (!isCut()) peer.send(data)
      connections.owed.answered(data)
    })
  })
  return connections
}

/** Compares the messages as `sender|chat|content`. */
function hasMessages(page: Page, messages: string[]) {
  const read = (items: Element[]) =>
    items.map((item) =>
      ['.sender', '.chat', '.content']
        .map((part) => item.querySelector(part)?.textContent)
        .join('|'),
    )
  return expect
    .poll(() => page.locator('#messages li').evaluateAll(read), PATIENCE)
    .toEqual(messages)
}

/** A store that stores its first batch, and says that it did not. */
function losingFirstAnswer(store: Store): Store {
  let isFirst = true
  return withMethods(store, {
    append: async (entries, createdAt) => {
      const outcomes = await store.append(entries, createdAt)
      if (!isFirst) return outcomes
      isFirst = false
      throw new ChatwsError('STORAGE_UNAVAILABLE', 'The answer was lost')
    },
  })
}

/** Starts another server on a stopped one's port and store; the caller closes it. */
async function restart({ port, store }: TestServer): Promise<ChatServer> {
  const serverLog = new ServerLog({ isEnabled: () => false, write: () => {} })
  const server = await ChatServer.create({
    store,
    serverLog,
    heartbeatMs: 30_000,
    statsIntervalMs: 30_000,
  })
  await server.listen('127.0.0.1', port)
  return server
}

/** Runs in the page: each visible piece of text with its WCAG contrast ratio. */
function contrastOfTexts(): { text: string; ratio: number }[] {
  const parse = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = (color: string) => {
    const [r = 0, g = 0, b = 0] = parse(color).map((value) => {
      const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const background = (element: Element | null): string => {
    if (!element) return 'rgb(255, 255, 255)'
    const color = getComputedStyle(element).backgroundColor
    return parse(color)[3] === 0 ? background(element.parentElement) : color
  }
  const hasText = (element: Element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue?.trim())
  return [...document.body.querySelectorAll('*')]
    .filter((element) => hasText(element) && (element as HTMLElement).offsetParent)
    .map((element) => {
      const [dark = 0, light = 0] = [getComputedStyle(element).color, background(element)]
        .map(luminance)
        .sort((a, b) => a - b)
      return { text: element.textContent ?? '', ratio: (light + 0.05) / (dark + 0.05) }
    })
}
