import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request as requestHttp } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { createChatClient } from '../../src/client/node.ts'
import { createFakeHost } from '../support/fake-host.ts'
import { PNG } from '../support/sample-files.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

// Issue 14, point 20: a URL is kept as it was given.

const CREDENTIALS = `Basic ${Buffer.from('u:p@ss é').toString('base64')}`
const GUARDED_UPLOADS = { maxBytes: 100_000 }

/** What was asked for outside of the prefix, without the key or without the credentials. */
const strays: string[] = []
let server: TestServer
let url: string
let folder: string

/** The address behind the proxy, or undefined for what is not its server's. */
function behind({ url: asked = '', headers, method }: IncomingMessage): string | undefined {
  const isKept =
    asked.startsWith('/chat/') &&
    /[?&]key=abc(&|$)/.test(asked) &&
    headers.authorization === CREDENTIALS
  if (isKept) return asked.slice('/chat'.length)
  strays.push(`${method} ${asked} ${headers.authorization}`)
  return undefined
}

/** What the server behind is asked with: the proxy's own credentials are not its business. */
function passedOn({ authorization: _, ...headers }: IncomingMessage['headers']) {
  return headers
}

const proxy = createServer((request, response) => {
  const path = behind(request)
  if (path === undefined) return void response.writeHead(404).end('another application')
  const { method, headers } = request
  const { port } = new URL(server.url)
  const options = { host: '127.0.0.1', port, path, method, headers: passedOn(headers) }
  const onward = requestHttp(options, (answer) => {
    response.writeHead(answer.statusCode!, answer.headers)
    answer.pipe(response)
  })
  request.pipe(onward)
}).on('upgrade', (request, socket) => {
  const path = behind(request)
  if (path === undefined) return void socket.end('HTTP/1.1 301 Moved Permanently\r\n\r\n')
  const onward = connect(Number(new URL(server.url).port), '127.0.0.1')
  const lines = Object.entries(passedOn(request.headers)).map(
    ([name, value]) => `${name}: ${value}`,
  )
  onward.write([`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
  onward.pipe(socket).pipe(onward)
  for (const end of [socket, onward]) end.on('error', () => {}).on('close', () => onward.destroy())
})

beforeAll(async () => {
  server = await startServer({ uploads: GUARDED_UPLOADS })
  folder = mkdtempSync(join(tmpdir(), 'chatws-url-'))
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  url = `ws://u:p%40ss%20%C3%A9@127.0.0.1:${port}/chat/?key=abc`
})
beforeEach(() => void strays.splice(0))
afterAll(async () => {
  proxy.closeAllConnections()
  proxy.close()
  await server.close()
  rmSync(folder, { recursive: true })
})

describe('a URL with a path, a query and userinfo', () => {
  it.each([undefined, 'a.b.c'])(
    'is kept by the client and its uploads, token: %s',
    async (token) => {
      const client = createChatClient({ url, userId: 1, ...(token && { token }) })
      client.connect()
      const file = await client.upload(new Blob([PNG as BlobPart]), 'a.png')
      const message = { type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x' } as const
      await client.send({ ...message, file_paths: file.path, file_type: file.file_type })
      client.close()
      expect(strays).toEqual([])
    },
  )

  it('is kept by bench, its probes and its HTTP requests', async () => {
    const file = join(folder, 'scenario.json')
    const http = { connections: 1, requests: [{ path: '/healthz?key=abc' }] }
    const phases = [{ name: 'p', durationSeconds: 0.3, users: 2 }]
    const behaviours = [{ name: 'b', send: [{ ratePerSecond: 10 }] }]
    const scenario = { name: 's', users: { count: 2 }, phases, behaviours, http }
    writeFileSync(file, JSON.stringify(scenario))
    const { host, stdout, stderr } = createFakeHost()
    const exitCode = await main(['bench', file, '--url', url, '--json', '-'], host)
    expect(strays).toEqual([])
    expect(JSON.parse(stdout())).toMatchObject({ audit: { missing: 0 } })
    expect(exitCode).toBeOneOf([0, 97])
    expect(stderr()).not.toContain('p%40ss')
  })

  it('is kept by send, and told without its password', async () => {
    const { host, stderr } = createFakeHost()
    expect(await main(['send', '--user', '1', '--chat', '1', '--url', url, 'x'], host)).toBe(0)
    expect(strays).toEqual([])
    const other = url.replace('key=abc', 'key=secret')
    for (const argv of [
      ['send', '--user', '1', '--chat', '1', '--timeout', '1', '--url', other, 'x'],
      ['bench', join(folder, 'scenario.json'), '--url', other],
      ['send', '--user', '1', '--chat', '1', '--url', other.replace('ws:', 'http:'), 'x'],
      ['bench', join(folder, 'scenario.json'), '--url', `${other}#there`],
    ])
      expect(await main(argv, host)).toBeGreaterThan(0)
    expect(stderr()).toContain('***@127.0.0.1')
    expect(stderr()).not.toMatch(/p%40ss|key=secret/)
  })
})
