import type { Browser, Page } from 'playwright-core'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchChromium, whyWithoutChromium } from '../../support/chromium.ts'
// Only for what it says of `window`.
import type {} from './list-page.tsx'

const why = whyWithoutChromium()

/** How long a movement is watched for: late rows grow within three frames. */
const FRAMES = 30

describe.skipIf(why !== undefined)(`a virtual list${why ? ` (skipped: ${why})` : ''}`, () => {
  let browser: Browser
  let vite: ViteDevServer
  let page: Page

  beforeAll(async () => {
    const root = new URL('../../../', import.meta.url).pathname
    vite = await createServer({
      configFile: `${root}src/web/vite.config.ts`,
      root,
      logLevel: 'error',
      server: { port: 0, proxy: {} },
    })
    await vite.listen()
    browser = await launchChromium()
    page = await browser.newPage()
  })
  afterAll(async () => {
    await browser?.close()
    await vite?.close()
  })

  beforeEach(async () => {
    await page.goto(new URL('test/web/list/index.html', vite.resolvedUrls!.local[0]).href)
    await page.waitForSelector('[data-key="11000"]')
    await atRest()
  })

  /** Waits until nothing moves any more: late rows have grown, and the list has made up for them. */
  const atRest = () =>
    page.evaluate(async () => {
      const state = () => {
        const rows = [...document.querySelectorAll<HTMLElement>('[data-key]')]
        return rows.map((row) => `${row.dataset.key} ${row.getBoundingClientRect().top}`).join()
      }
      let [before, same] = ['', 0]
      while (same < 6) {
        await new Promise(requestAnimationFrame)
        same = state() === before ? same + 1 : 0
        before = state()
      }
    })

  /** Scrolls to where a row that is neither first nor last is read. */
  async function readTheMiddle(): Promise<void> {
    await page.evaluate(() => window.list.handle!.scrollToKey('10500', 'start'))
    await atRest()
    await page.evaluate(() => {
      document.querySelector('.virtual-list')!.scrollTop += 11
    })
    await atRest()
  }

  /**
   * The most that the row which is read stood elsewhere than it should, in pixels, in any frame that was
   * painted during and after an action.
   */
  const worstMovement = (action: string, scrollPx = 0) =>
    page.evaluate(
      async ({ action, frames, scrollPx }) => {
        const scroller = document.querySelector<HTMLElement>('.virtual-list')!
        const top = scroller.getBoundingClientRect().top
        const rows = [...document.querySelectorAll<HTMLElement>('[data-key]')]
        const { key } = rows.find((row) => row.getBoundingClientRect().top >= top)!.dataset
        const place = () =>
          document.querySelector(`[data-key="${key}"]`)?.getBoundingClientRect().top ?? Number.NaN
        const painted = () =>
          new Promise<void>((resolve) => {
            requestAnimationFrame(() => {
              const { port1, port2 } = new MessageChannel()
              port1.onmessage = () => resolve()
              port2.postMessage(0)
            })
          })
        let expected = place()
        let worst = 0
        for (let frame = 0; frame < frames; frame += 1) {
          const isActing = frame === 5
          await new Promise<void>((resolve) => {
            requestAnimationFrame(() => {
              if (scrollPx !== 0) {
                scroller.scrollTop += scrollPx
                expected -= scrollPx
              }
              if (isActing) {
                const [name, ...values] = action.split(' ')
                const list = window.list as unknown as Record<string, (...v: unknown[]) => void>
                list[name!]!(...values.map((value) => (name === 'grow' ? value : Number(value))))
              }
              const { port1, port2 } = new MessageChannel()
              port1.onmessage = () => resolve()
              port2.postMessage(0)
            })
          })
          worst = Math.max(worst, Math.abs(place() - expected))
        }
        await painted()
        return worst
      },
      { action, frames: FRAMES, scrollPx },
    )

  /** How far the list was from its end, at most, in any frame that was painted after an action. */
  const worstGapAtEnd = (action: string) =>
    page.evaluate(
      async ({ action, frames }) => {
        const scroller = document.querySelector<HTMLElement>('.virtual-list')!
        let worst = 0
        for (let frame = 0; frame < frames; frame += 1) {
          await new Promise<void>((resolve) => {
            requestAnimationFrame(() => {
              if (frame === 5) {
                const [name, value, px] = action.split(' ')
                if (name === 'grow') window.list.grow(value!, Number(px))
                else window.list.append(Number(value))
              }
              const { port1, port2 } = new MessageChannel()
              port1.onmessage = () => resolve()
              port2.postMessage(0)
            })
          })
          const { bottom } = scroller.getBoundingClientRect()
          const last = document.querySelector(`[data-key="${window.list.rows.at(-1)!.key}"]`)
          const end = last?.getBoundingClientRect().bottom ?? Number.POSITIVE_INFINITY
          worst = Math.max(worst, Math.abs(end - bottom))
        }
        return worst
      },
      { action, frames: FRAMES },
    )

  it.each(['append 1', 'append 20', 'grow 11000 300'])('stays at its end (%s)', async (action) => {
    expect(await worstGapAtEnd(action)).toBeLessThan(1)
    expect(await page.evaluate(() => window.list.isAtEnd)).toBe(true)
  })

  it.each([
    'append 1',
    'append 20',
    'grow 11000 300',
    'grow 10490 300',
    'grow 10499 300',
    'prepend 100',
    'prependAndAppend 100',
    'forget 100',
  ])('keeps what is read in the middle in its place (%s)', async (action) => {
    await readTheMiddle()
    expect(await worstMovement(action)).toBeLessThan(1)
    expect(await page.evaluate(() => window.list.isAtEnd)).toBe(false)
  })

  it.each([
    'prepend 100',
    'prepend 50',
    'append 20',
    'prependAndAppend 100',
    'prependAndAppend 50',
  ])('keeps the first row in its place at the very top (%s)', async (action) => {
    await page.evaluate(() => window.list.handle!.scrollToKey('10001', 'start'))
    await atRest()
    await page.evaluate(() => {
      document.querySelector('.virtual-list')!.scrollTop = 0
    })
    await atRest()
    expect(await worstMovement(action)).toBeLessThan(1)
  })

  it('moves by what is scrolled and nothing else while rows come before it', async () => {
    await readTheMiddle()
    expect(await worstMovement('prepend 100', -7)).toBeLessThan(1)
  })

  it('goes to a row far away, and back to the end', async () => {
    await page.evaluate(() => window.list.handle!.scrollToKey('10100', 'center'))
    await atRest()
    const [top, bottom] = await page.evaluate(() => {
      const row = document.querySelector('[data-key="10100"]')!.getBoundingClientRect()
      const view = document.querySelector('.virtual-list')!.getBoundingClientRect()
      return [row.top - view.top, view.bottom - row.bottom]
    })
    expect(Math.abs(top - bottom)).toBeLessThan(3)
    await page.evaluate(() => window.list.handle!.scrollToEnd())
    await atRest()
    expect(await page.evaluate(() => window.list.isAtEnd)).toBe(true)
    expect(await worstGapAtEnd('append 1')).toBeLessThan(1)
  })

  it('has few rows in the page, however many there are', async () => {
    await page.evaluate(() => window.list.append(50_000))
    await atRest()
    expect(await page.locator('[data-key]').count()).toBeLessThan(40)
  })
})
