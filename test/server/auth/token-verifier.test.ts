import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { CloseCode } from '../../../src/protocol/close-code.ts'
import { Authenticator } from '../../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../../src/server/auth/token-verifier.ts'
import { KEY_PAIRS, SECRET, signToken, toPem } from '../../support/tokens.ts'

const bySecret = createTokenVerifier({ secret: SECRET })
const byRsaKey = createTokenVerifier({ publicKey: toPem(KEY_PAIRS.RS256.publicKey) })

/** A token of these parts, signed by nobody. */
const assemble = (header: object, claims: object, signature = '') =>
  `${encode(header)}.${encode(claims)}.${signature}`
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
const CLAIMS = { sub: '123', exp: Math.floor(Date.now() / 1000) + 3_600 }

describe('a token', () => {
  it('names its user, who is a user and nothing more', async () => {
    const token = await signToken('123', { expiresInS: null })
    expect(await bySecret(token)).toEqual({ userId: 123, role: 'user', expiresAtMs: 0 })
  })

  it('may give its user as a number', async () => {
    expect(await bySecret(await signToken(7))).toMatchObject({ userId: 7 })
  })

  it.each(['user', 'agent', 'admin'])('may give the role %s', async (role) => {
    const token = await signToken('1', { claims: { role } })
    expect(await bySecret(token)).toMatchObject({ role })
  })

  it('ends when it says, after a tolerance for clocks', async () => {
    const exp = Math.floor(Date.now() / 1000) + 60
    const identity = await bySecret(await signToken('1', { claims: { exp } }))
    expect(identity).toMatchObject({ expiresAtMs: (exp + 5) * 1000 })
  })

  it.each(['HS256', 'RS256', 'ES256', 'ES384', 'EdDSA'] as const)(
    'signed with %s is read',
    async (algorithm) => {
      if (algorithm === 'HS256') {
        expect(await bySecret(await signToken('7'))).toMatchObject({ userId: 7 })
        return
      }
      const { publicKey, privateKey } = KEY_PAIRS[algorithm]
      const verify = createTokenVerifier({ publicKey: toPem(publicKey) })
      const token = await signToken('7', { key: privateKey, algorithm })
      expect(await verify(token)).toMatchObject({ userId: 7 })
    },
  )
})

describe('a token is refused', () => {
  it('as expired once it has ended', async () => {
    expect(await bySecret(await signToken('1', { expiresInS: -6 }))).toBe(CloseCode.tokenExpired)
  })

  it.each([
    undefined,
    '',
    '0',
    '-1',
    '1.5',
    'admin',
    '01',
    '9007199254740992',
    '1 ',
    1.5,
    -1,
    null,
    ['1'],
  ])('whose sub is %j', async (sub) => {
    expect(await bySecret(await signToken(sub))).toBe(CloseCode.tokenInvalid)
  })

  it.each(['root', '', 'Admin', 1, true, ['admin'], null])('whose role is %j', async (role) => {
    const token = await signToken('1', { claims: { role } })
    expect(await bySecret(token)).toBe(CloseCode.tokenInvalid)
  })

  it.each([{ nbf: CLAIMS.exp }, { exp: 'never' }, { exp: null }, { nbf: 'x' }])(
    'that claims %j',
    async (claims) => {
      const token = await signToken('1', { claims })
      expect(await bySecret(token)).toBe(CloseCode.tokenInvalid)
    },
  )

  it('that another secret signed', async () => {
    const token = await signToken('1', { key: `${SECRET}!` })
    expect(await bySecret(token)).toBe(CloseCode.tokenInvalid)
  })

  it.each(['none', 'None', 'NONE', 'nOnE', '', 'HS1', 'HS256 ', 'dir'])(
    'without a signature, of algorithm %j',
    async (alg) => {
      for (const verify of [bySecret, byRsaKey])
        expect(await verify(assemble({ alg }, CLAIMS))).toBe(CloseCode.tokenInvalid)
    },
  )

  it('signed with the public key as if that were a secret', async () => {
    const pem = toPem(KEY_PAIRS.RS256.publicKey)
    for (const key of [pem, pem.trim()]) {
      const token = await signToken('1', { key, algorithm: 'HS256' })
      expect(await byRsaKey(token)).toBe(CloseCode.tokenInvalid)
    }
  })

  it('that brings its own key', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const jwk = publicKey.export({ format: 'jwk' })
    for (const header of [
      { jwk },
      { jku: 'http://127.0.0.1:1/' },
      { x5u: 'http://127.0.0.1:1/' },
    ]) {
      const token = await signToken('1', { key: privateKey, algorithm: 'RS256', header })
      expect(await byRsaKey(token)).toBe(CloseCode.tokenInvalid)
    }
  })

  it.each(['../../../../dev/null', "' OR 1=1 --", 'http://127.0.0.1/', '\0', 'a'.repeat(1_000)])(
    'that another key signed, whatever its kid (%j)',
    async (kid) => {
      const token = await signToken('1', { key: 'x'.repeat(40), header: { kid } })
      expect(await bySecret(token)).toBe(CloseCode.tokenInvalid)
    },
  )

  it('whose claims were changed after it was signed', async () => {
    const [header, , signature] = (await signToken('1')).split('.')
    const forged = `${header}.${encode({ ...CLAIMS, sub: '2' })}.${signature}`
    expect(await bySecret(forged)).toBe(CloseCode.tokenInvalid)
  })

  it.each(['', '.', '..', '...', 'a.b', 'a.b.c', 'null', '{}', 'é', 'a.b.c.d.e', '\0.\0.\0'])(
    'that is not one at all: %j',
    async (text) => {
      expect(await bySecret(text)).toBe(CloseCode.tokenInvalid)
    },
  )

  it('with a critical extension that nobody knows', async () => {
    const token = assemble({ alg: 'HS256', crit: ['x'], x: 1 }, CLAIMS, 'AAAA')
    expect(await bySecret(token)).toBe(CloseCode.tokenInvalid)
  })
})

describe('issuer and audience', () => {
  const verify = createTokenVerifier({ secret: SECRET }, { issuer: 'i', audience: 'a' })

  it.each([
    { iss: 'i', aud: 'a' },
    { iss: 'i', aud: ['b', 'a'] },
  ])('%j are right', async (claims) => {
    expect(await verify(await signToken('1', { claims }))).toMatchObject({ userId: 1 })
  })

  it.each([{}, { iss: 'i' }, { aud: 'a' }, { iss: 'j', aud: 'a' }, { iss: 'i', aud: ['b'] }])(
    '%j are wrong',
    async (claims) => {
      expect(await verify(await signToken('1', { claims }))).toBe(CloseCode.tokenInvalid)
    },
  )
})

describe('a key', () => {
  it.each([
    [{ secret: 'x'.repeat(31) }, '31 bytes'],
    [{ publicKey: 'Dear Sir or Madam' }, 'no public key in PEM'],
    [
      {
        publicKey: KEY_PAIRS.RS256.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      },
      'private key',
    ],
    [
      { publicKey: toPem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey) },
      '2,048 bits',
    ],
    [
      { publicKey: toPem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey) },
      'P-256',
    ],
  ])('that cannot be used is refused (%#)', (key, problem) => {
    expect(() => createTokenVerifier(key)).toThrow(problem)
  })
})

describe('a set of keys', () => {
  let server: Server | undefined
  afterEach(() => void server?.close())

  /** Publishes what `answer` returns at the time. */
  async function publish(answer: () => object): Promise<string> {
    server = createServer((_request, response) => response.end(JSON.stringify(answer())))
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
  }

  const jwk = (name: 'RS256' | 'ES256', kid: string) => ({
    ...KEY_PAIRS[name].publicKey.export({ format: 'jwk' }),
    kid,
    alg: name,
  })
  const signedBy = (name: 'RS256' | 'ES256', kid: string) =>
    signToken('5', { key: KEY_PAIRS[name].privateKey, algorithm: name, header: { kid } })

  it('finds the key by its kid', async () => {
    const url = await publish(() => ({ keys: [jwk('RS256', 'one'), jwk('ES256', 'two')] }))
    const verify = createTokenVerifier({ jwksUrl: url })
    expect(await verify(await signedBy('RS256', 'one'))).toMatchObject({ userId: 5 })
    expect(await verify(await signedBy('ES256', 'two'))).toMatchObject({ userId: 5 })
    expect(await verify(await signedBy('ES256', 'one'))).toBe(CloseCode.tokenInvalid)
    expect(await verify(await signedBy('RS256', 'three'))).toBe(CloseCode.tokenInvalid)
    expect(await verify(await signToken('5', { header: { kid: 'one' } }))).toBe(
      CloseCode.tokenInvalid,
    )
  })

  it('that cannot be fetched refuses for now, says why once, and is asked again', async () => {
    let isAway = true
    const url = await publish(() => (isAway ? [] : { keys: [jwk('RS256', 'one')] }))
    const failures: unknown[] = []
    const verify = createTokenVerifier(
      { jwksUrl: url },
      {},
      { onFailure: (error) => failures.push(error) },
    )
    const token = await signedBy('RS256', 'one')
    for (let i = 0; i < 3; i++) expect(await verify(token)).toBe(CloseCode.authUnavailable)
    expect(failures).toHaveLength(1)
    isAway = false
    expect(await verify(token)).toMatchObject({ userId: 5 })
  })
})

describe('why a token is refused', () => {
  const reasons: string[] = []
  const onRefused = (reason: string) => void reasons.push(reason)
  const rules = { issuer: 'i', audience: 'a' }
  const verify = createTokenVerifier({ secret: SECRET }, rules, { onRefused })
  const authenticator = new Authenticator(verify, onRefused)
  const claims = { iss: 'i', aud: 'a' }
  const sign = (options: Parameters<typeof signToken>[1] = {}, sub: unknown = '1') =>
    signToken(sub, { ...options, claims: { ...claims, ...options.claims } })

  it.each<[string, () => Promise<string | undefined>]>([
    ['there is none', async () => undefined],
    ['it is no token that can be read', async () => 'SENSITIVE'],
    ['it is longer than 8192 characters', async () => 'SENSITIVE'.repeat(1_000)],
    ['it has expired', () => sign({ expiresInS: -60 })],
    ['it is not good yet', () => sign({ claims: { nbf: 2 ** 33 } })],
    ['its iss is not --jwt-issuer', () => sign({ claims: { iss: 'SENSITIVE' } })],
    ['its aud is not --jwt-audience', () => sign({ claims: { aud: 'SENSITIVE' } })],
    ['another key signed it', () => sign({ key: 'x'.repeat(40) })],
    [
      'its algorithm is not one of the key',
      () => sign({ key: KEY_PAIRS.ES256.privateKey, algorithm: 'ES256' }),
    ],
    ['its sub is no user id', () => sign({}, 'SENSITIVE')],
    ['its role is unknown', () => sign({ claims: { role: 'SENSITIVE' } })],
    ['it is that of another user than 1', () => sign({}, '2')],
  ])('is told to whoever runs the server: %s', async (reason, token) => {
    reasons.length = 0
    expect(await authenticator.identify(1, await token())).toHaveProperty('code')
    expect(reasons).toEqual([reason])
  })

  it('is not told of one that is good', async () => {
    reasons.length = 0
    expect(await authenticator.identify(1, await sign())).toMatchObject({ userId: 1 })
    expect(reasons).toEqual([])
  })
})
