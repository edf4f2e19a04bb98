import { describe, expect, it } from 'vitest'
import { CloseCode } from '../../../src/protocol/close-code.ts'
import { Authenticator, httpStatusOf } from '../../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../../src/server/auth/token-verifier.ts'
import { SECRET, signToken } from '../../support/tokens.ts'

const open = new Authenticator()
const closed = new Authenticator(createTokenVerifier({ secret: SECRET }))
const mine = await signToken('5', { claims: { role: 'admin' }, expiresInS: null })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

describe('without authentication', () => {
  it('everyone is who they say, and nobody more than a user', async () => {
    const identity = { userId: 5, role: 'user', expiresAtMs: 0 }
    expect(await open.identify(5, undefined)).toEqual(identity)
    expect(await open.identify(5, mine)).toEqual(identity)
    expect(await open.identifyRequest({ url: '/x?userId=5', headers: {} })).toEqual(identity)
  })

  it.each([
    ['/x', CloseCode.userIdRequired],
    ['/x?userId=', CloseCode.userIdRequired],
    ['/x?userId=abc', CloseCode.invalidUserId],
  ])('a request of %s is refused', async (url, refusal) => {
    expect(await open.identifyRequest({ url, headers: bearer(mine) })).toBe(refusal)
  })
})

describe('with authentication', () => {
  const identity = { userId: 5, role: 'admin', expiresAtMs: 0 }

  it.each([
    ['/x', bearer(mine)],
    ['/x?userId=5', bearer(mine)],
    ['/x', { authorization: `bearer   ${mine}` }],
    [`/x?token=${mine}`, {}],
    [`/x?token=nonsense`, bearer(mine)],
    ['/x', { 'sec-websocket-protocol': `chatws, bearer.${mine}` }],
  ])('a request of %s tells by its token who makes it (%#)', async (url, headers) => {
    expect(await closed.identifyRequest({ url, headers })).toEqual(identity)
  })

  it.each([
    ['/x', {}, CloseCode.tokenRequired],
    ['/x?userId=5', {}, CloseCode.tokenRequired],
    ['/x?userId=5', { authorization: `Basic ${mine}` }, CloseCode.tokenRequired],
    ['/x?userId=6', bearer(mine), CloseCode.userMismatch],
    ['/x?userId=abc', bearer(mine), CloseCode.invalidUserId],
    ['/x', bearer('nonsense'), CloseCode.tokenInvalid],
    ['/x', bearer('x'.repeat(8_193)), CloseCode.tokenInvalid],
  ])('a request of %s is refused (%#)', async (url, headers, refusal) => {
    expect(await closed.identifyRequest({ url, headers })).toBe(refusal)
  })
})

describe('httpStatusOf', () => {
  it.each([
    ['userIdRequired', 400],
    ['invalidUserId', 400],
    ['tokenRequired', 401],
    ['tokenInvalid', 401],
    ['tokenExpired', 401],
    ['userMismatch', 403],
    ['authUnavailable', 503],
  ] as const)('of %s is %d', (name, status) => {
    expect(httpStatusOf(CloseCode[name])).toBe(status)
  })
})
