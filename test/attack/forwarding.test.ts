import { once } from 'node:events'
import { createConnection } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { AdminToken } from '../../src/server/auth/admin-token.ts'
import type { SecurityOptions } from '../../src/server/auth/security.ts'
import { RawClient } from '../integration/raw-client.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { ADMIN_TOKEN } from '../support/tokens.ts'
import { WireClient } from '../support/wire-client.ts'

let server: TestServer
afterEach(() => server.close())

let drainRequests = 0
async function start(security: SecurityOptions): Promise<void> {
  drainRequests = 0
  server = await startServer({ security, onDrainRequest: () => void drainRequests++ })
}

/** What the server answers to bytes that it is sent, whole. */
async function answerTo(bytes: string): Promise<string> {
  const client = await RawClient.open(server.port)
  client.socket.write(bytes)
  await client.cut
  client.close()
  return client.received
}

const request = (
  headers: Record<string, string>,
  version = '1.1',
  line = 'POST /api/admin/drain',
) =>
  `${line} HTTP/${version}\r\n${Object.entries({ connection: 'close', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`

const CLAIMS = [
  '127.0.0.1',
  '::1',
  '[::1]:80',
  'localhost',
  'unknown',
  '',
  'http://127.0.0.1/',
  '1',
]

/** By its Host, or for want of a token. */
const REFUSED = /^HTTP\/1\.1 40[13] /

it('nothing that a request says of where it comes from makes it an admin', async () => {
  await start({ adminToken: new AdminToken(ADMIN_TOKEN), isAdminOpen: true })
  const names = [
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Real-IP',
    'Forwarded',
    'Via',
    'X-Client-IP',
  ]
  for (const name of names)
    for (const claim of CLAIMS) {
      const answer = await answerTo(request({ Host: '127.0.0.1', [name]: claim }))
      expect(answer, `${name}: ${claim}`).toMatch(REFUSED)
    }
  expect(await answerTo(request({ Host: '127.0.0.1' }, '1.0'))).toMatch(REFUSED)
  expect(await answerTo(request({}, '1.0'))).toMatch(REFUSED)
  expect(await answerTo(request({ Host: '' }))).toMatch(REFUSED)
  expect(drainRequests).toBe(0)
  expect(await answerTo(request({ Host: '127.0.0.1' }))).toMatch(/^HTTP\/1\.1 202 /)
  expect(drainRequests).toBe(1)
})

it('this machine is an admin only where the server was told so', async () => {
  await start({})
  expect(await answerTo(request({ Host: '127.0.0.1' }))).toMatch(REFUSED)
  expect(drainRequests).toBe(0)
})

it('whoever resets its connection at once has no address, and is not heard', async () => {
  await start({ isAdminOpen: true })
  const body = JSON.stringify({ text: 'from nowhere' })
  const headers = {
    Host: 'evil',
    'Content-Type': 'application/json',
    'Content-Length': `${body.length}`,
  }
  const watcher = await WireClient.connect(server.url, 1)
  for (let round = 0; round < 20; round++) {
    const sockets = Array.from({ length: 50 }, () => createConnection(server.port, '127.0.0.1'))
    await Promise.all(
      sockets.map(async (socket) => {
        socket.on('error', () => {})
        await once(socket, 'connect')
        socket.write(request(headers, '1.1', 'POST /api/admin/announce') + body)
        socket.resetAndDestroy()
      }),
    )
  }
  watcher.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x', client_id: 'x' })
  await watcher.next('ACK')
  expect(watcher.all('ANNOUNCEMENT')).toEqual([])
})

it('no spelling of an address, and none that is none, escapes the limit of connections', async () => {
  const SPELLINGS: string[][] = [
    [1, 2, 3, 4].map((port) => `203.0.113.7:4000${port}`),
    [1, 2, 3, 4].map((port) => `[2001:db8::7]:4000${port}`),
    ['2001:db8::7', '[2001:db8::8]', '2001:0db8:0:0::7', '2001:DB8::9'],
    ['::ffff:203.0.113.7', '203.0.113.7', '::ffff:cb00:7107', '203.0.113.7:1'],
    [1, 2, 3, 4].map((n) => `10.0.0.${n}, 203.0.113.7`),
    ['', 'unknown', 'junk', 'http://203.0.113.7/a'],
    ['x1', 'x2', 'x3', 'x4'],
    ['127.0.0.1', '::ffff:127.0.0.1', '127.0.0.1', '127.0.0.1:5'],
    ['::1', '[::1]:2', '::1', '0:0:0:0:0:0:0:1'],
    ['fe80::1%eth0', 'fe80::1%eth1', 'fe80::2', 'fe80::1'],
  ]
  for (const forwarded of SPELLINGS) {
    await start({ maxPerAddress: 2, trustedProxies: ['127.0.0.1'] })
    const open = forwarded.map(
      (address) =>
        new WireClient(`${server.url}?userId=1`, { headers: { 'x-forwarded-for': address } }),
    )
    const outcomes = await Promise.all(
      open.map(({ socket }) =>
        Promise.race([
          once(socket, 'open').then(() => 'open'),
          once(socket, 'unexpected-response').then(([sent, response]) => {
            sent.destroy()
            return response.statusCode
          }),
        ]),
      ),
    )
    expect(outcomes.filter((outcome) => outcome === 429).length, forwarded.join(' ')).toBe(2)
    await server.close()
  }
  await start({})
})

it('a page whose name is made to lead here is answered nothing, by any route or upgrade', async () => {
  await start({ isLocalOnly: true, isAdminOpen: true, trustedProxies: ['127.0.0.9'] })
  const routes = [
    '/',
    '/healthz',
    '/readyz',
    '/metrics',
    '/stats',
    '/openapi.json',
    '/nothing',
    '/%zz',
  ]
  const more = ['/api/presence', '/api/chats/1/messages?userId=1', '/uploads/x.png', '*']
  for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PROPFIND'])
    for (const path of [...routes, ...more])
      for (const headers of [{}, { 'X-Forwarded-Host': 'localhost' }]) {
        const line = `${method} ${path}`
        const answer = await answerTo(request({ Host: 'evil.example', ...headers }, '1.1', line))
        expect(answer, line).toMatch(/^HTTP\/1\.1 403 /)
        expect(answer).not.toContain('epoch')
      }
  for (const headers of [
    {},
    { Origin: 'http://evil.example' },
    { 'X-Forwarded-Host': '127.0.0.1' },
  ]) {
    const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' }
    const key = { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' }
    const asked = { Host: 'evil.example', ...upgrade, ...key, ...headers }
    expect(await answerTo(request(asked, '1.1', 'GET /?userId=1'))).toMatch(/^HTTP\/1\.1 403 /)
  }
  expect(server.lines).toContain(
    '🚫 WS: Connection refused: host evil.example is not allowed (--allow-hosts)',
  )
})

it('an upgrade that is refused survives a peer that is gone', async () => {
  await start({ maxConnections: 1 })
  const inside = await WireClient.connect(server.url, 1)
  for (let i = 0; i < 200; i++) {
    const client = await RawClient.open(server.port)
    client.request('userId=2')
    client.socket.resetAndDestroy()
  }
  inside.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x', client_id: 'x' })
  await inside.next('ACK')
})
