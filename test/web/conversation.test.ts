import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { whyWithoutChromium } from '../support/chromium.ts'
import { WireClient } from '../support/wire-client.ts'
import { AppBrowser, axeViolations, isWebBuilt } from './app-browser.ts'

const why = whyWithoutChromium() ?? (isWebBuilt ? undefined : 'the web app is not built')

/** Would act if any of it were read as HTML, and turns what stands behind it where nothing is isolated. */
const HOSTILE = [
  '<img src=x onerror="document.title=1"><script>document.title=1</script>',
  '[click](javascript:document.title=1) https://example.org/"onmouseover="document.title=1',
  '\u202eevil\u202c \u2066x\u2069 \u200b',
]

describe.skipIf(why !== undefined)(`a conversation${why ? ` (skipped: ${why})` : ''}`, () => {
  let app: AppBrowser
  const wires: WireClient[] = []
  /** Client → its user. */
  const users = new Map<WireClient, number>()

  beforeAll(async () => {
    app = await AppBrowser.open({ uploads: {} })
  })
  afterEach(async () => {
    for (const wire of wires.splice(0)) await wire.close()
    expect(app.takeComplaints()).toEqual([])
  })
  afterAll(() => app?.close())

  async function wireOf(userId: number): Promise<WireClient> {
    const wire = await WireClient.connect(app.server.url, userId)
    wires.push(wire)
    users.set(wire, userId)
    return wire
  }
  /** Someone without a browser says something. */
  function say(wire: WireClient, chat_id: number, content: string, more: object = {}): void {
    wire.send({ type: 'NEW_MESSAGE', chat_id, sender_id: users.get(wire), content, ...more })
  }
  const openChat = (userId: number, chatId: number, look = {}) =>
    app.page({ userId, ...look }, `#/chat/${chatId}`)
  const field = (page: Page) => page.locator('.composer-field')
  const bubble = (page: Page, text: string) => page.locator('.bubble', { hasText: text })
  async function write(page: Page, text: string): Promise<void> {
    await field(page).fill(text)
    await field(page).press('Enter')
  }

  it('goes both ways between two browsers, once each, with ticks for what was read', async () => {
    const [one, two] = [await openChat(1, 11), await openChat(2, 11)]
    await write(one, 'Is anyone here?')
    await bubble(two, 'Is anyone here?').waitFor()
    await one.locator('.ticks[aria-label^="Read by"]').waitFor()
    await write(two, 'I am')
    await bubble(one, 'I am').waitFor()
    expect(await one.locator('.message').count()).toBe(2)
    expect(await two.locator('.message').count()).toBe(2)
  })

  it('tells who types, and what is said to those who hear the page', async () => {
    const [one, two] = [await openChat(1, 12), await openChat(2, 12)]
    await field(one).pressSequentially('Hel')
    await two.getByText('1 is typing…').waitFor()
    await write(one, 'Hello **there**')
    await two.locator('[role=log]', { hasText: '1: Hello there' }).waitFor()
    await expect.poll(() => two.locator('.typing-dots').count()).toBe(0)
  })

  it('edits the last own message by the arrow up, and takes one back', async () => {
    const [one, two] = [await openChat(1, 13), await openChat(2, 13)]
    await write(one, 'tpyo')
    await bubble(one, 'tpyo').waitFor()
    await expect.poll(() => one.locator('[data-pending]').count()).toBe(0)
    await field(one).press('ArrowUp')
    expect(await field(one).inputValue()).toBe('tpyo')
    await write(one, 'typo')
    await bubble(two, 'typo').getByText('edited').waitFor()
    await bubble(one, 'typo').hover()
    await one.getByRole('button', { name: 'Actions for this message' }).click()
    await one.getByRole('menuitem', { name: 'Delete' }).click()
    await one.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await two.getByText('This message was deleted').waitFor()
  })

  it('answers a message, reacts to it, and goes to it', async () => {
    const [one, two] = [await openChat(1, 14), await openChat(2, 14)]
    await write(one, 'Question')
    await bubble(two, 'Question').hover()
    await two.getByRole('button', { name: 'Reply', exact: true }).click()
    await write(two, 'Answer')
    await bubble(one, 'Answer').locator('.reply-quote', { hasText: 'Question' }).click()
    await one.locator('.message[data-found]', { hasText: 'Question' }).waitFor()
    await bubble(one, 'Answer').hover()
    await one.getByRole('button', { name: 'Add a reaction' }).click()
    await one.getByRole('button', { name: 'React with 👍' }).click()
    await two.getByRole('button', { name: '👍 from 1' }).click()
    await one.getByRole('button', { name: '👍 from 1 and 2' }).waitFor()
  })

  it('completes whom and what is meant, and picks an emoji', async () => {
    const anna = await wireOf(3)
    anna.send({ type: 'PROFILE', client_id: 'n', name: 'Anna' })
    const one = await openChat(1, 15)
    say(anna, 15, 'I am here')
    await bubble(one, 'I am here').waitFor()
    await one.locator('.message-name', { hasText: 'Anna' }).waitFor()
    await field(one).pressSequentially('Hi @An')
    await one.getByRole('option', { name: '@Anna' }).waitFor()
    await field(one).press('Enter')
    await field(one).pressSequentially(':tada')
    await one.getByRole('option', { name: '🎉 tada' }).waitFor()
    await field(one).press('Tab')
    expect(await field(one).inputValue()).toBe('Hi @Anna 🎉 ')
    await one.getByRole('button', { name: 'Emoji' }).click()
    await one.getByPlaceholder('Search emoji').fill('rocket')
    await one.getByRole('gridcell', { name: 'rocket' }).click()
    await field(one).press('Enter')
    await bubble(one, 'Hi @Anna 🎉 🚀').locator('.mention', { hasText: '@Anna' }).waitFor()
  })

  it('sends nothing while an input method is at work', async () => {
    const one = await openChat(1, 16)
    await field(one).fill('にほん')
    for (const keyCode of [229, 13])
      await field(one).evaluate((element, keyCode) => {
        const options = { key: 'Enter', keyCode, isComposing: keyCode !== 229, bubbles: true }
        element.dispatchEvent(new KeyboardEvent('keydown', { ...options, cancelable: true }))
      }, keyCode)
    expect(await field(one).inputValue()).toBe('にほん')
    expect(await one.locator('.message').count()).toBe(0)
    await field(one).press('Enter')
    await bubble(one, 'にほん').waitFor()
  })

  it('keeps a draft of each chat, over a reload too', async () => {
    const one = await openChat(1, 17)
    await field(one).fill('half a thou')
    await one.evaluate(() => {
      window.location.hash = '#/chat/18'
    })
    await one.getByRole('heading', { name: '#18' }).waitFor()
    expect(await field(one).inputValue()).toBe('')
    await one.goBack()
    await expect.poll(() => field(one).inputValue()).toBe('half a thou')
    await one.reload()
    await expect.poll(() => field(one).inputValue()).toBe('half a thou')
  })

  it('uploads a picture that is pasted, shows it, and opens it over the page', async () => {
    const [one, two] = [await openChat(1, 19), await openChat(2, 19)]
    await field(one).waitFor()
    await one.evaluate(async () => {
      const canvas = new OffscreenCanvas(40, 30)
      canvas.getContext('2d')!.fillRect(0, 0, 20, 20)
      const blob = await canvas.convertToBlob({ type: 'image/png' })
      const data = new DataTransfer()
      data.items.add(new File([blob], 'picture.png', { type: 'image/png' }))
      const paste = new ClipboardEvent('paste', { clipboardData: data, bubbles: true })
      document.querySelector('.composer-field')!.dispatchEvent(paste)
    })
    await one.locator('.upload[data-state=done]', { hasText: 'picture.png' }).waitFor()
    await write(one, 'Look')
    const image = two.getByRole('button', { name: 'Open the image' })
    await image.click()
    await two.getByRole('dialog', { name: 'Image viewer' }).locator('img').waitFor()
    await two.keyboard.press('Escape')
    await expect.poll(() => two.getByRole('dialog').count()).toBe(0)
    const width = await image
      .locator('img')
      .evaluate((img) => (img as HTMLImageElement).naturalWidth)
    expect(width).toBe(40)
  })

  it('says why a file is not taken', async () => {
    const one = await openChat(1, 20)
    await field(one).waitFor()
    const file = { name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<p>') }
    await one.locator('input[type=file][multiple]').setInputFiles(file)
    await one.getByText('This server does not take files like page.html.').waitFor()
  })

  it('shows hostile content as text', async () => {
    const stranger = await wireOf(4)
    const one = await openChat(1, 21)
    const title = await one.title()
    for (const text of HOSTILE) say(stranger, 21, text)
    await expect.poll(() => one.locator('.message').count()).toBe(HOSTILE.length)
    expect(await one.locator('.message-text :is(img, script)').count()).toBe(0)
    expect(await one.locator('.message-text a[href^="javascript"]').count()).toBe(0)
    expect(await one.locator('.message-text').last().innerText()).toContain('U+202E')
    for (const link of await one.locator('.message-text a').all())
      expect(await link.getAttribute('rel')).toContain('noopener')
    expect(await one.title()).toBe(title)
  })

  it('begins at what is unread, and says how much came below', async () => {
    const other = await wireOf(5)
    const first = await openChat(1, 22)
    await write(first, 'I was here')
    await expect.poll(() => first.locator('[data-pending]').count()).toBe(0)
    await first.close()
    for (let n = 1; n <= 40; n += 1) say(other, 22, `Line ${n}`)
    const one = await openChat(1, 22)
    await one.locator('.unread-row').waitFor()
    await bubble(one, 'Line 1').first().waitFor()
    await one.getByRole('button', { name: 'To the newest message' }).click()
    await bubble(one, 'Line 40').waitFor()
    await expect
      .poll(() => one.getByRole('button', { name: 'To the newest message' }).count())
      .toBe(0)
  })

  it('goes to an old message that is not known yet, and back to the present', async () => {
    const other = await wireOf(6)
    for (let n = 1; n <= 300; n += 1) say(other, 23, `Number ${n}.`)
    const one = await openChat(1, 23)
    await bubble(one, 'Number 300.').waitFor()
    const ids = (await app.server.store.readAfter(0, 10_000)).filter(
      (entry) => 'content' in entry && entry.content === 'Number 7.',
    )
    const id = (ids[0] as unknown as { id: number }).id
    await one.evaluate((hash) => {
      window.location.hash = hash
    }, `#/chat/23/message/${id}`)
    await one.locator('.message[data-found]', { hasText: 'Number 7.' }).waitFor()
    await one.getByRole('button', { name: 'To the newest message' }).click()
    await bubble(one, 'Number 300.').waitFor()
  })

  it('is used by keyboard alone', async () => {
    const other = await wireOf(7)
    const one = await openChat(1, 24)
    for (const text of ['first', 'second', 'third']) say(other, 24, text)
    await bubble(one, 'third').waitFor()
    const focused = () => one.evaluate(() => document.activeElement?.textContent ?? '')
    await field(one).focus()
    // Past the button for files.
    await one.keyboard.press('Shift+Tab')
    await one.keyboard.press('Shift+Tab')
    await expect.poll(focused).toContain('third')
    await one.keyboard.press('ArrowUp')
    await expect.poll(focused).toContain('second')
    await one.keyboard.press('Enter')
    const label = () => one.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    await expect.poll(label).toBe('Add a reaction')
    await one.keyboard.press('Escape')
    await expect.poll(focused).toContain('second')
    await one.keyboard.press('Escape')
    await expect
      .poll(() => one.evaluate(() => document.activeElement?.className))
      .toBe('composer-field')
    await one.keyboard.press('F6')
    await expect
      .poll(() =>
        one.evaluate(() =>
          document.activeElement?.closest('[data-pane]')?.getAttribute('data-pane'),
        ),
      )
      .toBe('chats')
  })

  it.each([320, 768, 3_840])('fits a page %i pixels wide', async (width) => {
    const one = await openChat(1, 25, { viewport: { width, height: 700 } })
    await write(one, `${'x'.repeat(400)} https://example.org/${'y'.repeat(300)}`)
    await bubble(one, 'xxx').last().waitFor()
    expect(await one.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      width,
    )
  })

  it.each([
    { colorScheme: 'light' },
    { colorScheme: 'dark' },
    { forcedColors: 'active' },
    { viewport: { width: 360, height: 700 } },
  ] as const)('has nothing that axe finds wrong (%o)', async (look) => {
    const other = await wireOf(8)
    const one = await openChat(1, 26, { ...look, bypassCSP: true })
    say(other, 26, 'With `code`, a https://example.org/link and\n- a list\n```\nlong\n```')
    await one.locator('.message-text pre').last().waitFor()
    await write(one, 'and an answer')
    await expect.poll(() => one.locator('[data-pending]').count()).toBe(0)
    expect(await axeViolations(one)).toEqual([])
    await one.evaluate(() => {
      document.documentElement.style.fontSize = '200%'
    })
    expect(await axeViolations(one)).toEqual([])
  })
})
