import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
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

describe('before a token ends', () => {
  /** A token that ends so many seconds from now, on the clock of the server. */
  const endingIn = (seconds: number, name = '') => {
    const exp = Date.parse('2024-01-01T12:00:00.000Z') / 1000 + seconds
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${part({ alg: 'HS256' })}.${part({ exp, name, umlaut: 'ÿþ?>' })}.${name}`
  }
  const open = async (token: () => string | Promise<string>) => {
    const scripted = createScriptedClient({ token })
    scripted.client.connect()
    await vi.advanceTimersByTimeAsync(0)
    scripted.socket.greet()
    scripted.socket.sent.length = 0
    return scripted
  }
  const renewed = ({ sent }: { sent: readonly { type?: string }[] }) =>
    sent.filter(({ type }) => type === 'AUTH')

  test('another is said on the open connection, and so on', async () => {
    let count = 0
    const { socket, client } = await open(() => endingIn(300 * ++count, `t${count}`))
    await vi.advanceTimersByTimeAsync(239_000)
    expect(renewed(socket)).toEqual([])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(renewed(socket)).toEqual([{ type: 'AUTH', token: endingIn(600, 't2') }])
    socket.receive({ type: 'AUTHENTICATED' })
    await vi.advanceTimersByTimeAsync(300_000)
    expect(renewed(socket)).toHaveLength(2)
    client.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('that is short, half of its time is left', async () => {
    let count = 0
    const { socket } = await open(() => endingIn(10 + count++, `${count}`))
    await vi.advanceTimersByTimeAsync(4_999)
    expect(renewed(socket)).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(renewed(socket)).toHaveLength(1)
  })

  test('one that does not come, or is the same, is asked for again', async () => {
    const answers = [
      async () => endingIn(120, 'a'),
      () => Promise.reject(new Error('away')),
      async () => endingIn(120, 'a'),
      async () => endingIn(240, 'b'),
    ]
    let asked = 0
    const { socket } = await open(() => answers[Math.min(asked++, 3)]!())
    await vi.advanceTimersByTimeAsync(60_000)
    expect([asked, renewed(socket).length]).toEqual([2, 0])
    await vi.advanceTimersByTimeAsync(10_000)
    expect([asked, renewed(socket).length]).toEqual([4, 1])
  })

  test('nothing is said on a connection that is gone', async () => {
    let give = (_: string) => {}
    const tokens = [endingIn(120, 'a')]
    const { socket } = await open(
      () => tokens.pop() ?? new Promise<string>((resolve) => (give = resolve)),
    )
    await vi.advanceTimersByTimeAsync(60_000)
    socket.drop()
    give(endingIn(240, 'b'))
    await vi.advanceTimersByTimeAsync(0)
    expect(renewed(socket)).toEqual([])
  })

  test.each([
    ['a fixed token', endingIn(120)],
    ['one without an end', () => 'e30.e30.x'],
    ['one that cannot be read', () => 'opaque'],
  ])('%s is not renewed', async (_, token) => {
    const scripted = createScriptedClient({ token })
    scripted.client.connect()
    await vi.advanceTimersByTimeAsync(0)
    scripted.socket.greet()
    await vi.advanceTimersByTimeAsync(119_000)
    expect(renewed(scripted.socket)).toEqual([])
  })
})
