import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createChatClient } from '../../src/client/node.ts'
import { proxyAgent } from '../../src/client/proxy-agent.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

// Issue 14, point 21: clients go through the proxy that the environment names.

const NAMES = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [
  ...[name, name.toUpperCase()],
])
const before = Object.fromEntries(NAMES.map((name) => [name, process.env[name]]))

beforeEach(() => {
  for (const name of NAMES) delete process.env[name]
})
afterEach(() => {
  for (const name of NAMES) delete process.env[name]
  Object.assign(
    process.env,
    Object.fromEntries(Object.entries(before).filter(([, value]) => value !== undefined)),
  )
})

describe('proxyAgent', () => {
  it.each([
    ['ws://chat.example.org', { HTTP_PROXY: 'http://proxy:1' }, true],
    ['wss://chat.example.org', { HTTPS_PROXY: 'http://proxy:1' }, true],
    ['wss://chat.example.org', { https_proxy: 'http://proxy:1' }, true],
    ['wss://chat.example.org', { ALL_PROXY: 'http://proxy:1' }, true],
    ['wss://chat.example.org', { HTTP_PROXY: 'http://proxy:1' }, false],
    ['wss://chat.example.org', {}, false],
    ['wss://chat.example.org', { HTTPS_PROXY: 'http://proxy:1', NO_PROXY: '*' }, false],
    ['wss://chat.example.org', { HTTPS_PROXY: 'http://proxy:1', NO_PROXY: '.example.org' }, false],
    ['wss://chat.example.org', { HTTPS_PROXY: 'http://proxy:1', NO_PROXY: 'other.org' }, true],
    ['ws://127.0.0.1:3004', { HTTP_PROXY: 'http://proxy:1' }, false],
    ['ws://localhost:3004', { HTTP_PROXY: 'http://proxy:1' }, false],
    ['ws://[::1]:3004', { ALL_PROXY: 'http://proxy:1' }, false],
  ])('%s with %j goes through a proxy: %s', (url, env, isThrough) => {
    Object.assign(process.env, env)
    expect(proxyAgent(url) !== undefined).toBe(isThrough)
  })
})

describe('a client behind a proxy', () => {
  let server: TestServer
  const asked: string[] = []
  const proxy = createServer().on('connect', (request, socket, head) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization']}`)
    const onward = connect(Number(new URL(server.url).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    for (const end of [socket, onward])
      end.on('error', () => {}).on('close', () => onward.destroy())
  })

  it('connects through it, and tells it who is there', async () => {
    const allowedHosts = ['chat.test']
    server = await startServer({ security: { allowedHosts } })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const { port } = proxy.address() as AddressInfo
    process.env.HTTP_PROXY = `http://u:p@127.0.0.1:${port}`
    const client = createChatClient({ url: 'ws://chat.test:80/', userId: 1 })
    client.connect()
    await client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x' })
    client.close()
    const credentials = Buffer.from('u:p').toString('base64')
    expect(asked).toEqual([`chat.test:80 Basic ${credentials}`])
    await server.close()
    proxy.close()
  })
})
