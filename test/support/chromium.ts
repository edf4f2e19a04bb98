import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Set by CI: a browser that is not there fails its tests instead of skipping them. */
const required = process.env.CHATWS_REQUIRE_SERVICES === '1'

const CHROMIUM_PATH = process.env.CHATWS_TEST_CHROMIUM ?? '/usr/bin/chromium'

/** The path of the Chromium to test with, or undefined where there is none. */
export function findChromium(): string | undefined {
  return existsSync(CHROMIUM_PATH) ? CHROMIUM_PATH : undefined
}

/**
 * Why tests in a browser must be skipped, or undefined when they can run. Where services are
 * required it is always undefined, so that the tests run and fail.
 */
export function whyWithoutChromium(): string | undefined {
  if (required || findChromium() !== undefined) return undefined
  return `no Chromium at ${CHROMIUM_PATH}`
}

/**
 * Starts a headless Chromium that talks to nothing by itself; the caller closes it.
 *
 * @param keepsPages whether it keeps pages for going back, as it does for people
 */
export function launchChromium({ keepsPages = false } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM_PATH,
    ...(keepsPages ? { ignoreDefaultArgs: ['--disable-back-forward-cache'] } : {}),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
