import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createScriptedClient } from './scripted-client.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('without a token no subprotocol is offered', () => {
  const { client, socket: _, sockets } = { ...createScriptedClient(), socket: undefined }
  client.connect()
  expect(sockets[0]?.protocols).toEqual([])
})

test('a token goes among the subprotocols, not into the URL', () => {
  const { client, sockets } = createScriptedClient({ token: 'a.b-c._' })
  client.connect()
  expect(sockets[0]?.protocols).toEqual(['chatws', 'bearer.a.b-c._'])
  expect(sockets[0]?.url).not.toContain('a.b')
})

test('a function is asked anew for every connection', async () => {
  let count = 0
  const scripted = createScriptedClient({ token: async () => `t${++count}` })
  scripted.client.connect()
  await vi.advanceTimersByTimeAsync(0)
  scripted.socket.greet()
  scripted.socket.drop()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(scripted.sockets.map(({ protocols }) => protocols[1])).toEqual(['bearer.t1', 'bearer.t2'])
})

test('an expired token is fetched anew where it can be, and ends the client where not', async () => {
  const renewing = createScriptedClient({ token: () => 't' })
  renewing.client.connect()
  await vi.advanceTimersByTimeAsync(0)
  renewing.socket.drop(4503, 'Token expired')
  expect(renewing.client.status.state).toBe('waiting')
  await vi.advanceTimersByTimeAsync(1_000)
  expect(renewing.sockets).toHaveLength(2)

  const fixed = createScriptedClient({ token: 't' })
  fixed.client.connect()
  fixed.socket.drop(4503, 'Token expired')
  expect(fixed.client.status.state).toBe('closed')
})

test.each([4501, 4502, 4504])('%d ends the client, whatever its token', async (code) => {
  const scripted = createScriptedClient({ token: () => 't' })
  scripted.client.connect()
  await vi.advanceTimersByTimeAsync(0)
  scripted.socket.drop(code, 'no')
  expect(scripted.client.status.state).toBe('closed')
})

test.each([
  ['throws', () => Promise.reject(new Error('no network')), 'no token: no network'],
  [
    'throws at once',
    () => {
      throw new Error('no network')
    },
    'no token: no network',
  ],
  ['never answers', () => new Promise<string>(() => {}), 'no token comes'],
])('a function that %s is asked again later', async (_, token, reason) => {
  const { client, sockets, statuses } = createScriptedClient({ token })
  client.connect()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(sockets).toEqual([])
  expect(statuses).toContainEqual(expect.objectContaining({ state: 'waiting', reason }))
  client.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('a token that comes after the client was closed opens nothing', async () => {
  let give = (_: string) => {}
  const token = () =>
    new Promise<string>((resolve) => {
      give = resolve
    })
  const { client, sockets } = createScriptedClient({ token })
  client.connect()
  client.close()
  give('t')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(sockets).toEqual([])
})

test.each(['', 'a b', 'a,b', 'a\r\nX: y', 'é'])('%j is no token and ends the client', (token) => {
  const { client, sockets } = createScriptedClient({ token })
  client.connect()
  expect(client.status).toMatchObject({ state: 'closed', error: { code: 'USAGE' } })
  expect(sockets).toEqual([])
})
