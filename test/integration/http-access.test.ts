import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Authenticator } from '../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../src/server/auth/token-verifier.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { SECRET, signToken } from '../support/tokens.ts'

let server: TestServer
beforeAll(async () => {
  const authenticator = new Authenticator(createTokenVerifier({ secret: SECRET }))
  server = await startServer({
    security: { authenticator, allowedOrigins: ['https://chat.example.org'] },
  })
})
afterAll(() => server.close())

async function statusOf(method: string, path: string, token?: string, body?: object) {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  const { code } = response.ok ? {} : JSON.parse(text)
  return code === undefined ? response.status : `${response.status} ${code}`
}

const kick = { userId: 99 }

/** What each role is answered: without a token, as a user, as an agent, as an admin. */
const TABLE: [method: string, path: string, body: object | undefined, answers: unknown[]][] = [
  ['GET', '/', undefined, [200, 200, 200, 200]],
  ['GET', '/healthz', undefined, [200, 200, 200, 200]],
  ['GET', '/readyz', undefined, [200, 200, 200, 200]],
  ['GET', '/openapi.json', undefined, [200, 200, 200, 200]],
  ['GET', '/api/presence', undefined, ['401 UNAUTHORIZED', 200, 200, 200]],
  ['GET', '/api/chats/1/messages', undefined, ['401 UNAUTHORIZED', 200, 200, 200]],
  ...['/metrics', '/stats'].map((path): (typeof TABLE)[number] => [
    ...(['GET', path, undefined] as const),
    ['401 UNAUTHORIZED', '403 FORBIDDEN', '403 FORBIDDEN', 200],
  ]),
  [
    ...(['POST', '/api/admin/kick', kick] as const),
    ['401 UNAUTHORIZED', '403 FORBIDDEN', '403 FORBIDDEN', 200],
  ],
  [
    ...(['POST', '/api/admin/announce', { text: 'x' }] as const),
    ['401 UNAUTHORIZED', '403 FORBIDDEN', '403 FORBIDDEN', 200],
  ],
  [
    ...(['POST', '/api/admin/drain', undefined] as const),
    ['401 UNAUTHORIZED', '403 FORBIDDEN', '403 FORBIDDEN', 202],
  ],
  ['GET', '/nothing', undefined, Array(4).fill('404 NOT_FOUND')],
]

describe('where tokens are asked for', () => {
  test.each(TABLE)('%s %s is for those who may', async (method, path, body, answers) => {
    const roles = ['user', 'agent', 'admin']
    const tokens = await Promise.all(roles.map((role) => signToken('1', { claims: { role } })))
    const given = []
    for (const token of [undefined, ...tokens])
      given.push(await statusOf(method, path, token, body))
    expect(given).toEqual(answers)
  })

  test('a token may stand in the query, and must be that of the user named there', async () => {
    const token = await signToken('7')
    expect(await statusOf('GET', `/api/presence?token=${token}`)).toBe(200)
    expect(await statusOf('GET', `/api/presence?userId=7&token=${token}`)).toBe(200)
    expect(await statusOf('GET', `/api/presence?userId=8&token=${token}`)).toBe('403 FORBIDDEN')
  })

  test.each<[string, () => Promise<string>]>([
    ['an expired one', () => signToken('1', { expiresInS: -60, claims: { role: 'admin' } })],
    ['one of another key', () => signToken('1', { key: 'x'.repeat(40) })],
    ['nonsense', async () => 'nonsense'],
  ])('%s is no token', async (_what, token) => {
    expect(await statusOf('POST', '/api/admin/kick', await token(), kick)).toBe('401 UNAUTHORIZED')
  })
})

describe('a page of another origin', () => {
  const from = async (origin: string, method: string, path: string) => {
    const token = await signToken('1', { claims: { role: 'admin' } })
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      method,
      headers: { origin, authorization: `Bearer ${token}` },
    })
    await response.text()
    const allowed = response.headers.get('access-control-allow-origin')
    return { status: response.status, allowed, vary: response.headers.get('vary') }
  }
  const ALLOWED = 'https://chat.example.org'

  test('that may connect may read, write and ask first', async () => {
    const answer = { allowed: ALLOWED, vary: 'origin' }
    expect(await from(ALLOWED, 'GET', '/api/presence')).toEqual({ status: 200, ...answer })
    expect(await from(ALLOWED, 'POST', '/api/admin/drain')).toEqual({ status: 202, ...answer })
    expect(await from(ALLOWED, 'OPTIONS', '/uploads')).toEqual({ status: 204, ...answer })
    expect(await from(ALLOWED, 'GET', '/nothing')).toEqual({ status: 404, ...answer })
  })

  test.each(['https://evil.example', 'null', 'http://chat.example.org'])(
    'such as %s may neither read nor write',
    async (origin) => {
      const answer = { allowed: null, vary: 'origin' }
      expect(await from(origin, 'GET', '/api/presence')).toMatchObject(answer)
      expect(await from(origin, 'POST', '/api/admin/drain')).toEqual({ status: 403, ...answer })
      expect(await from(origin, 'OPTIONS', '/api/admin/drain')).toMatchObject(answer)
    },
  )
})

test('what an admin did is in the log, with who it was, but not what was announced', async () => {
  const admin = await signToken(9, { claims: { role: 'admin' } })
  const from = server.lines.length
  await statusOf('POST', '/api/admin/kick', admin, kick)
  await statusOf('POST', '/api/admin/announce', admin, { text: 'a secret' })
  await statusOf('POST', '/api/admin/drain', admin)
  await statusOf('POST', '/api/admin/kick', await signToken(5), kick)
  expect(server.lines.slice(from)).toEqual([
    '🔑 WS: Admin 9 kicked user 99 (0 connections)',
    '🔑 WS: Admin 9 announced something to 0 connections',
    '🔑 WS: Admin 9 asked the server to stop',
  ])
})
