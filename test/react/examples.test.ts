import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createChatClient } from '../../src/client/node.ts'
import { WebFiles } from '../../src/server/http/web-files.ts'
import { launchChromium, whyWithoutChromium } from '../support/chromium.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { bundleExamples, EXAMPLES, renderExamples, typeErrors } from './examples.ts'

const exported = Object.keys(await import('../../src/react/react.ts'))

describe('the examples of docs/react.md', () => {
  it('show every hook and every component', () => {
    const all = EXAMPLES.map(({ source }) => source).join('\n')
    expect(exported.length).toBeGreaterThan(40)
    const shown = exported.filter((name) => new RegExp(`\\b${name}\\b`).test(all))
    expect(exported.filter((name) => !shown.includes(name))).toEqual([])
  })

  it('are what the types allow', async () => {
    expect(await typeErrors()).toBe('')
  })

  it('are rendered on a server, where they connect to nothing', async () => {
    const html = await renderExamples()
    expect(Object.keys(html)).toEqual(EXAMPLES.map(({ name }) => name))
    expect(html.Whole).toContain('aria-label="Messages"')
    expect(html.Room).toContain('Say hello')
    expect(html.Text).toContain('<strong>Hello</strong>')
  })
})

describe.skipIf(whyWithoutChromium() !== undefined)('in a browser, in StrictMode', () => {
  let folder: string
  let server: TestServer
  let browser: Browser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'chatws-examples-'))
    const html = Object.entries(await renderExamples())
    const sections = html.map(([name, text]) => `<div id="${name}">${text}</div>`).join('')
    const script = '<script type="module" src="examples.js"></script>'
    const head =
      '<!doctype html><html lang="en"><meta charset="utf-8"><title>Examples</title><link rel="icon" href="data:,">'
    writeFileSync(join(folder, 'index.html'), `${head}${sections}${script}`)
    writeFileSync(join(folder, 'examples.js'), await bundleExamples('browser'))
    const app = { files: WebFiles.read(folder), isRoutedByPath: false }
    const web = { loginUrl: undefined, basePath: undefined, app }
    server = await startServer({ uploads: {}, agents: [1], web })
    browser = await launchChromium()
    page = await browser.newPage()
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(`http://127.0.0.1:${server.port}/`)
    const isOpen = at('Sidebar').getByRole('button', { name: 'open' })
    await isOpen.waitFor({ timeout: 15_000 }).catch((cause) => {
      throw new Error(`not connected: ${complaints.join('\n')}`, { cause })
    })
  })

  afterAll(async () => {
    await browser?.close()
    await server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const at = (name: string) => page.locator(`#${name}`)

  it('say the same as on the server, then what the server of the chat says', async () => {
    await at('Page').getByText('0 messages').waitFor()
    expect(complaints).toEqual([])
  })

  it('send a message that all of them show, once', async () => {
    await at('Room').getByRole('button', { name: 'Say hello' }).click()
    await at('Lines').getByText('Hello!').waitFor()
    await at('Page').getByText('1 messages').waitFor()
    for (const name of ['App', 'Whole']) {
      await at(name).getByRole('article').getByText('Hello!').waitFor()
      expect(await at(name).getByRole('article').count()).toBe(1)
    }
    expect(await at('Room').getByRole('listitem').count()).toBe(1)
  })

  it('complete a mention by keys, and send it', async () => {
    const anna = createChatClient({ url: server.url, userId: 2 })
    try {
      anna.connect()
      await anna.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 2, content: 'I am here' })
      await at('Lines').getByText('I am here').waitFor()
      const input = at('Write').getByLabel('Message')
      await input.pressSequentially('hey @')
      await at('Write').getByRole('option', { name: '@2' }).waitFor()
      anna.typing({ chat_id: 1 }, true)
      await at('Beside')
        .getByText('2', { exact: true })
        .or(at('Beside').getByText(/^2/))
        .first()
        .waitFor()
      await input.press('Enter')
      expect(await input.inputValue()).toBe('hey @2 ')
      await input.press('Enter')
      expect(await input.inputValue()).toBe('')
      await at('Whole').locator('[data-mention="2"]').getByText('@2').waitFor()
    } finally {
      anna.close()
    }
  })

  it('edit the last own message by ↑, and leave it by Escape', async () => {
    const input = at('Whole').getByLabel('Write a message')
    await input.press('ArrowUp')
    expect(await input.inputValue()).toBe('hey @2')
    await input.press('Escape')
    expect(await input.inputValue()).toBe('')
    await input.press('ArrowUp')
    await input.press('End')
    await input.pressSequentially('!')
    await input.press('Enter')
    await at('Room').getByText('hey @2!').waitFor()
  })

  it('do not send while an input method composes', async () => {
    const input = at('Write').getByLabel('Message')
    await input.focus()
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Input.imeSetComposition', {
      text: 'にほん',
      selectionStart: 3,
      selectionEnd: 3,
    })
    await page.keyboard.press('Enter')
    expect(await input.inputValue()).toContain('にほん')
    await cdp.send('Input.insertText', { text: '日本' })
    await input.press('Enter')
    await at('Room').getByText('日本').waitFor()
  })

  it('react, and take it back', async () => {
    await at('Last').getByRole('button', { name: 'Like' }).click()
    const reaction = at('Last').getByRole('button', { name: '👍 1' })
    await reaction.waitFor()
    expect(await reaction.getAttribute('aria-pressed')).toBe('true')
    await reaction.click()
    await reaction.waitFor({ state: 'detached' })
  })

  it('send a file that was chosen', async () => {
    const file = { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('a note') }
    await at('Write').getByLabel('Files').setInputFiles(file)
    await at('Write').getByRole('button', { name: 'Send' }).click()
    await at('Whole')
      .getByRole('link', { name: /uploads\// })
      .waitFor()
    await at('Beside').getByLabel('Upload').setInputFiles(file)
    await at('Beside').getByText('note.txt: done 100 %').waitFor()
  })

  it('find, and list', async () => {
    await at('Panels').getByLabel('Search').fill('hello')
    await at('Panels').getByText('Hello!').waitFor()
    await at('Sidebar').getByText('1 is you').waitFor()
    await at('Whole').getByRole('button', { name: '#1' }).waitFor()
  })

  it('tell screen readers what comes, and what is read', async () => {
    const anna = createChatClient({ url: server.url, userId: 2 })
    try {
      anna.connect()
      const { id } = await anna.send({
        ...({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 2 } as const),
        content: 'News of today',
      })
      await at('Text').getByRole('log').getByText('2: News of today').waitFor()
      await at('Room').getByRole('button', { name: 'Say hello' }).click()
      anna.read({ chat_id: 1 }, id + 1)
      await at('Last').getByText('read by 1').waitFor()
    } finally {
      anna.close()
    }
  })

  it('have nothing to complain of, nor when they go', async () => {
    await page.evaluate(() => {
      const { roots } = globalThis as unknown as { roots: Record<string, { unmount(): void }> }
      for (const root of Object.values(roots)) root.unmount()
    })
    expect(await at('Whole').innerHTML()).toBe('')
    expect(complaints).toEqual([])
  })
})
