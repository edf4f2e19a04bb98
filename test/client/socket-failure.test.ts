import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createChatClient } from '../../src/client/node.ts'
import type { ConnectionStatus } from '../../src/client/reconnecting-socket.ts'
import { describeFailure } from '../../src/client/socket-failure.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** What a client comes to that connects to a URL: the first status in which it is not connecting. */
function firstOutcome(url: string): Promise<ConnectionStatus> {
  const client = createChatClient({ url, userId: 1 })
  closers.push(() => client.close())
  return new Promise((resolve) => {
    client.on('status', (status) => {
      if (status.state !== 'connecting') resolve(status)
    })
    client.connect()
  })
}

async function listening(server: ReturnType<typeof createTcpServer>): Promise<number> {
  closers.push(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

test.each([301, 302, 400, 401, 403, 404, 405])(
  'an upgrade that is answered with %d is told and not tried again',
  async (status) => {
    const server = createServer((_request, response) => response.writeHead(status).end())
    const outcome = await firstOutcome(`ws://127.0.0.1:${await listening(server)}`)
    expect(outcome).toMatchObject({ state: 'closed', error: { code: 'CONNECTION_REFUSED' } })
    expect(outcome).toMatchObject({ error: { message: expect.stringContaining(`${status}`) } })
  },
)

test.each([429, 500, 502, 503])(
  'one that is answered with %d is told and tried again',
  async (status) => {
    const server = createServer((_request, response) => response.writeHead(status).end())
    const outcome = await firstOutcome(`ws://127.0.0.1:${await listening(server)}`)
    expect(outcome).toMatchObject({
      state: 'waiting',
      reason: expect.stringContaining(`${status}`),
    })
  },
)

test('a port where nobody listens is told and tried again', async () => {
  const server = createTcpServer()
  const port = await listening(server)
  await new Promise((resolve) => server.close(resolve))
  const outcome = await firstOutcome(`ws://127.0.0.1:${port}`)
  expect(outcome).toMatchObject({
    state: 'waiting',
    reason: expect.stringContaining('ECONNREFUSED'),
  })
})

test('a name that nobody knows is told and tried again', async () => {
  const outcome = await firstOutcome('ws://nobody.invalid')
  expect(outcome).toMatchObject({ state: 'waiting' })
  expect((outcome as { reason: string }).reason).toMatch(/ENOTFOUND|EAI_AGAIN/)
})

test('TLS where there is none is told and not tried again', async () => {
  const server = createServer()
  const outcome = await firstOutcome(`wss://127.0.0.1:${await listening(server)}`)
  expect(outcome).toMatchObject({ state: 'closed', error: { code: 'CONNECTION_REFUSED' } })
})

test.each([
  ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'CERT_HAS_EXPIRED'],
  ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_NOT_YET_VALID'],
])('%s does not pass by itself', (code) => {
  const error = Object.assign(new Error('why'), { code })
  expect(describeFailure({ message: 'why', error })).toEqual({
    reason: `why (${code})`,
    isPermanent: true,
  })
})

test('a browser tells nothing, so nothing is told', () => {
  expect(describeFailure({})).toBeUndefined()
})

test.each(['nonsense', 'ftp://127.0.0.1', 'ws://', '', 'http//x', 'ws://127.0.0.1/#part'])(
  'the URL %j is refused when the client is made',
  (url) => {
    expect(() => createChatClient({ url, userId: 1 })).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    )
  },
)
