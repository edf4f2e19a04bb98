import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { DEFAULT_UPLOAD_TYPES } from '../../src/protocol/upload-types.ts'
import { Authenticator } from '../../src/server/auth/authenticator.ts'
import { WebFiles } from '../../src/server/http/web-files.ts'
import { launchChromium, whyWithoutChromium } from '../support/chromium.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { createWebFolder, WEB_APP } from '../support/web-folder.ts'

const APP_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
  "media-src 'self' blob:; connect-src 'self'; font-src 'self'; worker-src 'self'; manifest-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'"

const PAGE = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

let server: TestServer
let below: TestServer
let routed: TestServer
let webFolder: ReturnType<typeof createWebFolder>

beforeAll(async () => {
  webFolder = createWebFolder()
  const files = WebFiles.read(webFolder.folder)
  const app = { files, isRoutedByPath: false }
  server = await startServer({ web: { app }, uploads: {} })
  below = await startServer({ web: { app, basePath: '/team/chat' } })
  routed = await startServer({ web: { app: { files, isRoutedByPath: true } } })
})
afterAll(async () => {
  await server.close()
  await below.close()
  await routed.close()
  webFolder.remove()
})

async function get(path: string, headers: Record<string, string> = {}, at = server) {
  const response = await fetch(`http://127.0.0.1:${at.port}${path}`, {
    headers,
    redirect: 'manual',
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** The same, by the letter: `fetch` tidies paths and sets Host. */
function getRaw(path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: server.port, path, headers }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode!, text }))
    })
    asked.on('error', reject).end()
  })
}

describe('the web app', () => {
  it.each(['/', '/index.html', '/?chat=1'])('stands at %s', async (path) => {
    const { status, headers, text } = await get(path)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-cache')
    expect(headers.get('content-security-policy')).toBe(APP_POLICY)
    expect(text).toBe(WEB_APP['index.html'])
  })

  it('has assets that are kept for good, packed as the client takes them', async () => {
    for (const [accepted, used] of [
      ['gzip, deflate, br', 'br'],
      ['gzip;q=0.5, br;q=0', 'gzip'],
      ['*', 'br'],
      ['identity', null],
    ] as const) {
      const { status, headers, text } = await get('/assets/app-a1b2c3d4.js', {
        'accept-encoding': accepted,
      })
      expect(status).toBe(200)
      expect(headers.get('content-encoding')).toBe(used)
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(headers.get('vary')).toBe('accept-encoding')
      expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8')
      expect(text).toBe(WEB_APP['assets/app-a1b2c3d4.js'])
    }
  })

  it('is not sent again to who has it', async () => {
    const etag = (await get('/')).headers.get('etag')!
    for (const known of [etag, etag.replace('W/', ''), `"other", ${etag}`, '*']) {
      const { status, text, headers } = await get('/', { 'if-none-match': known })
      expect([status, text]).toEqual([304, ''])
      expect(headers.get('etag')).toBe(etag)
    }
    expect((await get('/', { 'if-none-match': '"other"' })).status).toBe(200)
  })

  it('is led to from each place within it, wherever a proxy has put it', async () => {
    for (const [path, leadsTo] of [
      ['/chat/7', 'http://proxy.example/below/#/chat/7'],
      ['/chat/7/', 'http://proxy.example/below/#/chat/7/'],
      ['/team', 'http://proxy.example/below/#/team'],
      ['/a/b/c?x=1', 'http://proxy.example/below/?x=1#/a/b/c'],
      ['//other.example/a', 'http://proxy.example/below/#//other.example/a'],
    ] as const) {
      const { status, headers } = await get(path, PAGE)
      expect(status).toBe(302)
      const from = `http://proxy.example/below${path}`
      expect(new URL(headers.get('location')!, from).href).toBe(leadsTo)
    }
  })

  it('is shown at each place within it where it finds its way by the path', async () => {
    const { status, text } = await get('/chat/7', PAGE, routed)
    expect([status, text]).toEqual([200, WEB_APP['index.html']])
  })

  it('is not shown for what is no page', async () => {
    for (const at of [server, routed]) {
      for (const path of ['/assets/gone.js', '/package.json', '/api/none', '/uploads', '/api'])
        expect((await get(path, PAGE, at)).status).toBe(404)
      const { status, text } = await get('/chat/7', { accept: 'application/json' }, at)
      expect([status, JSON.parse(text).code]).toEqual([404, 'NOT_FOUND'])
    }
  })

  it.each(['/../package.json', '/%2e%2e/package.json', '/assets/..%2f..%2fpackage.json'])(
    'leads out of its folder by no path like %s',
    async (path) => {
      expect((await getRaw(path, PAGE)).status).toBe(404)
    },
  )

  it('gives its widget alone to pages of other origins', async () => {
    const policyOf = async (path: string) =>
      (await get(path)).headers.get('cross-origin-resource-policy')
    expect(await policyOf('/widget.js')).toBe('cross-origin')
    expect(await policyOf('/sw.js')).toBe('same-origin')
  })

  it('leaves the test page where it is', async () => {
    const { status, text, headers } = await get('/test-online-status.html')
    expect(status).toBe(200)
    expect(text).toContain('<script')
    expect(headers.get('content-security-policy')).toContain("script-src 'sha256-")
  })

  it.each(['/', '/assets/app-a1b2c3d4.js', '/api/config', '/chats/7'])(
    'does not answer under a name that was made to lead here, at %s',
    async (path) => {
      const { status, text } = await getRaw(path, { ...PAGE, host: 'rebound.example' })
      expect([status, JSON.parse(text).code]).toEqual([403, 'FORBIDDEN'])
    },
  )

  it('takes no more than questions', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const response = await fetch(`http://127.0.0.1:${server.port}/`, { method })
      await response.text()
      expect(response.status).toBe(404)
    }
    const head = await fetch(`http://127.0.0.1:${server.port}/`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })
})

describe('below a path', () => {
  it('all is found with the path and without', async () => {
    for (const prefix of ['', '/team/chat']) {
      expect((await get(`${prefix}/`, {}, below)).text).toBe(WEB_APP['index.html'])
      expect((await get(`${prefix}/api/config`, {}, below)).status).toBe(200)
      expect((await get(`${prefix}/healthz?a=1`, {}, below)).status).toBe(200)
      expect((await get(`${prefix}/assets/app-a1b2c3d4.css`, {}, below)).status).toBe(200)
    }
    expect((await get('/team/chatter/api/config', {}, below)).status).toBe(404)
  })

  it('the path alone leads to the page below it, where relative addresses are right', async () => {
    const { status, headers } = await get('/team/chat?chat=1', {}, below)
    expect(status).toBe(308)
    const address = new URL(headers.get('location')!, 'http://proxy.example/team/chat?chat=1')
    expect(address.href).toBe('http://proxy.example/team/chat/?chat=1')
  })
})

describe('GET /api/config', () => {
  it('tells anyone what a client has to know', async () => {
    const { text, headers } = await get('/api/config')
    expect(JSON.parse(text)).toEqual({
      auth: 'none',
      uploads: { maxBytes: 1024 * 1024, types: DEFAULT_UPLOAD_TYPES },
      ...{ access: 'open', e2ee: false, version: '' },
    })
    expect(headers.get('cache-control')).toBe('no-cache')
  })

  it('tells without a token where one gets one', async () => {
    const refuse = async () => ({ code: 4502, reason: 'never' })
    const guarded = await startServer({
      security: { authenticator: new Authenticator(refuse) },
      web: { loginUrl: 'https://login.example/chat' },
      access: 'members',
    })
    try {
      const { text } = await get('/api/config', {}, guarded)
      expect(JSON.parse(text)).toEqual({
        ...{ auth: 'jwt', loginUrl: 'https://login.example/chat', uploads: null },
        ...{ access: 'members', e2ee: false, version: '' },
      })
    } finally {
      await guarded.close()
    }
  })
})

const missing = whyWithoutChromium()
test.skipIf(missing !== undefined)(
  'a browser loads the app, connects and lets no text become markup, at each place',
  async () => {
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      const complaints: string[] = []
      page.on('console', (line) => void complaints.push(line.text()))
      for (const [at, path] of [
        [server, '/'],
        [server, '/chat/7'],
        [below, '/team/chat/chat/7'],
        [below, '/team/chat/'],
        [below, '/team/chat'],
      ] as const) {
        await page.goto(`http://127.0.0.1:${at.port}${path}`)
        await page.locator('#said[title]').waitFor()
        const said = page.locator('#said')
        expect(await said.textContent()).toBe('none CONNECTION_ESTABLISHED')
        // The sink is closed, and that is all there is to complain of.
        expect(await said.getAttribute('title')).toBe('TypeError')
        const colour = await said.evaluate((element) => getComputedStyle(element).color)
        expect(colour).toBe('rgb(1, 2, 3)')
      }
      expect(complaints.filter((text) => !text.includes('TrustedHTML'))).toEqual([])
    } finally {
      await browser.close()
    }
  },
)
