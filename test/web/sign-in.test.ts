import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { whyWithoutChromium } from '../support/chromium.ts'
import { AppBrowser, axeViolations, isWebBuilt } from './app-browser.ts'

const why = whyWithoutChromium() ?? (isWebBuilt ? undefined : 'the web app is not built')

describe.skipIf(why !== undefined)(`signing in${why ? ` (skipped: ${why})` : ''}`, () => {
  let app: AppBrowser
  beforeAll(async () => {
    app = await AppBrowser.open()
  })
  afterAll(() => app?.close())

  it('takes a number, and says what is wrong with anything else', async () => {
    const page = await app.page()
    await page.getByLabel('User id').fill('seven')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('The user id is a whole number from 1').waitFor()
    await page.getByLabel('User id').fill('7')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Chats' }).waitFor()
  })

  it('speaks German to who prefers it, or chooses it', async () => {
    const german = await app.page({ locale: 'de-AT' })
    await german.getByRole('button', { name: 'Anmelden', exact: true }).waitFor()
    const page = await app.page()
    await page.getByLabel('Language').selectOption('Deutsch')
    await page.getByLabel('Benutzernummer').waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
    await page.reload()
    await page.getByLabel('Benutzernummer').waitFor()
  })

  it.each([{ colorScheme: 'light' }, { colorScheme: 'dark' }, { forcedColors: 'active' }] as const)(
    'has nothing that axe finds wrong (%o)',
    async (look) => {
      const page = await app.page({ ...look, bypassCSP: true })
      await page.getByLabel('User id').waitFor()
      expect(await axeViolations(page)).toEqual([])
    },
  )
})
