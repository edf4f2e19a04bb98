// Draws an HTML page as a PNG picture, with the Chromium of this machine:
//   node docs/images/draw-page.mjs report.html docs/images/report.png 1000 900
// The last two arguments are the width and height of the window; what is below is cut off.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const [page, picture, width = '1000', height = '900'] = process.argv.slice(2)
const browser = await chromium.launch({
  executablePath: process.env.CHATWS_TEST_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
const view = await browser.newPage({ viewport: { width: Number(width), height: Number(height) } })
await view.goto(pathToFileURL(resolve(page)).href)
await view.screenshot({ path: picture })
await browser.close()
