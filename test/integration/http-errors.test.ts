import { afterAll, beforeAll, expect, test } from 'vitest'
import { HttpErrorBody } from '../../src/server/http/http-error.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { RawClient } from './raw-client.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ headersTimeoutMs: 200, uploads: {} })
})
afterAll(() => server.close())

const UPGRADE = 'Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
const END = 'Host: localhost\r\nConnection: close\r\n\r\n'

/** What is sent, and status and code of the answer. */
const REFUSED: [what: string, bytes: string, status: number, code: string][] = [
  ['what is no HTTP', 'hello\r\n\r\n', 400, 'INVALID_REQUEST'],
  ['the beginning of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'INVALID_REQUEST'],
  ['the beginning of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'INVALID_REQUEST'],
  ['an unknown method', `BREW / HTTP/1.1\r\n${END}`, 400, 'INVALID_REQUEST'],
  ['an unknown version', `GET / HTTP/3.7\r\n${END}`, 400, 'INVALID_REQUEST'],
  ['a space in the path', `GET /a b HTTP/1.1\r\n${END}`, 400, 'INVALID_REQUEST'],
  ['a broken header', `GET / HTTP/1.1\r\nno colon\r\n${END}`, 400, 'INVALID_REQUEST'],
  ['a NUL in a header', `GET / HTTP/1.1\r\nA: \0\r\n${END}`, 400, 'INVALID_REQUEST'],
  ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'INVALID_REQUEST'],
  ['another Host', 'GET / HTTP/1.1\r\nConnection: close\r\nHost: a.b\r\n\r\n', 403, 'FORBIDDEN'],
  ['a path that is not encoded', `GET /%zz HTTP/1.1\r\n${END}`, 400, 'INVALID_REQUEST'],
  [
    'too long a parameter',
    `GET /uploads/${'x'.repeat(500)} HTTP/1.1\r\n${END}`,
    400,
    'INVALID_REQUEST',
  ],
  ['nothing there', `GET /nothing HTTP/1.1\r\n${END}`, 404, 'NOT_FOUND'],
  ['a method that a route has not', `DELETE /healthz HTTP/1.1\r\n${END}`, 404, 'NOT_FOUND'],
  ['a method of WebDAV', `PROPFIND / HTTP/1.1\r\n${END}`, 404, 'NOT_FOUND'],
  ['CONNECT', `CONNECT a.b:443 HTTP/1.1\r\n${END}`, 405, 'INVALID_REQUEST'],
  ['TRACE', `TRACE / HTTP/1.1\r\n${END}`, 404, 'NOT_FOUND'],
  ['headers too large', `GET / HTTP/1.1\r\nA: ${'x'.repeat(17_000)}\r\n${END}`, 431, 'TOO_LARGE'],
  ['a path too large', `GET /${'x'.repeat(17_000)} HTTP/1.1\r\n${END}`, 431, 'TOO_LARGE'],
  ['headers that never end', 'GET / HTTP/1.1\r\nHost: localhost\r\nA:', 408, 'REQUEST_TIMEOUT'],
  ['an expectation', `GET / HTTP/1.1\r\nExpect: miracles\r\n${END}`, 417, 'INVALID_REQUEST'],
  [
    'two lengths',
    `POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n${END}`,
    400,
    'INVALID_REQUEST',
  ],
  [
    'a length and chunks',
    `POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n${END}`,
    400,
    'INVALID_REQUEST',
  ],
  [
    'a broken chunk',
    `POST /uploads HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${END}zz\r\n`,
    400,
    'INVALID_REQUEST',
  ],
  [
    'no JSON',
    `POST /api/admin/kick HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 1\r\n${END}{`,
    401,
    'UNAUTHORIZED',
  ],
  [
    'an upgrade to something else',
    `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
    400,
    'INVALID_REQUEST',
  ],
  [
    'an upgrade without a key',
    `GET / HTTP/1.1\r\n${UPGRADE}Sec-WebSocket-Version: 13\r\n\r\n`,
    400,
    'INVALID_REQUEST',
  ],
  ['an upgrade of no version', `GET / HTTP/1.1\r\n${UPGRADE}${KEY}\r\n`, 400, 'INVALID_REQUEST'],
  [
    'an upgrade by POST',
    `POST / HTTP/1.1\r\n${UPGRADE}${KEY}Sec-WebSocket-Version: 13\r\n\r\n`,
    405,
    'INVALID_REQUEST',
  ],
  [
    'an upgrade with a broken protocol',
    `GET / HTTP/1.1\r\n${UPGRADE}${KEY}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ,\r\n\r\n`,
    400,
    'INVALID_REQUEST',
  ],
  [
    'an upgrade at another Host',
    `GET /?userId=1 HTTP/1.1\r\n${UPGRADE.replace('localhost', 'a.b')}${KEY}Sec-WebSocket-Version: 13\r\n\r\n`,
    403,
    'FORBIDDEN',
  ],
]

test.each(REFUSED)(
  '%s is refused in the one shape of every error',
  async (_what, bytes, status, code) => {
    const client = await RawClient.open(server.port)
    client.socket.write(bytes, 'latin1')
    await client.cut
    client.close()
    const [head = '', body = ''] = client.received.split('\r\n\r\n')
    expect(head.split(' ')[1]).toBe(String(status))
    expect(head.toLowerCase()).toMatch(/^content-type: application\/json; charset=utf-8\r?$/m)
    expect(head.toLowerCase()).toMatch(/^x-content-type-options: nosniff\r?$/m)
    expect(HttpErrorBody.strict().parse(JSON.parse(body)).code).toBe(code)
  },
)

test('a range or version that a file has not is refused in that shape too', async () => {
  const form = new FormData()
  form.append('file', new Blob(['text']), 'a.txt')
  const at = (path: string) => `http://127.0.0.1:${server.port}${path}`
  const sent = await fetch(at('/uploads?userId=1'), { method: 'POST', body: form })
  const { path } = (await sent.json()) as { path: string }
  const response = await fetch(at(`/${path}`), { headers: { range: 'bytes=100-200' } })
  expect(response.status).toBe(416)
  expect(response.headers.get('content-range')).toBe('bytes */4')
  expect(HttpErrorBody.strict().parse(await response.json()).code).toBe('INVALID_REQUEST')
  const other = await fetch(at(`/${path}`), { headers: { 'if-match': '"another"' } })
  expect(other.status).toBe(412)
  expect(HttpErrorBody.strict().parse(await other.json()).code).toBe('INVALID_REQUEST')
})
