import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { WebFiles } from '../../src/server/http/web-files.ts'
import { launchChromium } from '../support/chromium.ts'
import { startServer, type TestServer, type TestServerOptions } from '../support/start-server.ts'

/** Where the build leaves the web app. */
const BUILT = fileURLToPath(new URL('../../dist/web/', import.meta.url))

/** Whether there is a web app to test. */
export const isWebBuilt = WebFiles.isIn(BUILT)

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What a page is opened with. */
type Look = Parameters<Browser['newContext']>[0] & { readonly userId?: number }

/** The web app as it was built, served by a real server, in a real browser. */
export class AppBrowser {
  readonly server: TestServer
  readonly #browser: Browser
  readonly #contexts: BrowserContext[] = []
  /** What pages asked other hosts for, what they complained of, and what their policy stopped. */
  readonly #complaints: string[] = []

  private constructor(server: TestServer, browser: Browser) {
    this.server = server
    this.#browser = browser
  }

  static async open(options: TestServerOptions = {}): Promise<AppBrowser> {
    const web = { app: { files: WebFiles.read(BUILT), isRoutedByPath: false } }
    const server = await startServer({
      ...options,
      web: { loginUrl: undefined, basePath: undefined, ...web, ...options.web },
    })
    return new AppBrowser(server, await launchChromium())
  }

  get origin(): string {
    return `http://127.0.0.1:${this.server.port}`
  }

  /** A page of a browser of its own, as one user or as nobody yet. */
  async page({ userId, ...look }: Look = {}, place = ''): Promise<Page> {
    const context = await this.#browser.newContext({ locale: 'en-GB', ...look })
    this.#contexts.push(context)
    this.#watch(context)
    const page = await context.newPage()
    const query = userId === undefined ? '' : `?userId=${userId}`
    await page.goto(`${this.origin}/${query}${place}`)
    return page
  }

  /** What was complained of since this was asked last. */
  takeComplaints(): string[] {
    return this.#complaints.splice(0)
  }

  /** Closes all; fails if a page complained, or asked another host for anything. */
  async close(): Promise<void> {
    for (const context of this.#contexts) await context.close()
    await this.#browser.close()
    await this.server.close()
    expect(this.#complaints).toEqual([])
  }

  #watch(context: BrowserContext): void {
    context.on('request', (request) => {
      const { origin, protocol } = new URL(request.url())
      if (origin !== this.origin && protocol.startsWith('http'))
        this.#complaints.push(`asked ${request.url()}`)
    })
    // A violation of the policy of content is told as an error, too.
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.#complaints.push(message.text())
    })
    context.on('weberror', (error) => this.#complaints.push(String(error.error())))
  }
}

/** What axe finds wrong in a page, in words. */
export async function axeViolations(page: Page): Promise<string[]> {
  // As a developer's tool would: the page's own policy lets nothing in.
  await page.addScriptTag({ path: AXE }).catch(() => {})
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') }
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    const { violations } = await axe.run(document, { runOnly: tags })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    )
  })
}
