import type { IncomingMessage } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OriginPolicy } from '../../../src/server/auth/origin-policy.ts'
import { addressKey, ClientAddresses } from '../../../src/server/limits/client-address.ts'

const request = (remoteAddress: string | undefined, headers: Record<string, string> = {}) =>
  ({ headers, socket: { remoteAddress }, httpVersion: '1.1' }) as unknown as IncomingMessage

describe('the address of a client', () => {
  const addresses = new ClientAddresses(['10.0.0.0/8', '::1'])

  it.each([
    ['192.0.2.7', '198.51.100.1', '192.0.2.7'],
    ['10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '203.0.113.9, 198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '198.51.100.1, 10.9.9.9', '198.51.100.1'],
    ['::1', '2001:db8::1', '2001:db8::1'],
    ['10.0.0.1', '', '10.0.0.1'],
  ])('behind %s, which forwards for %j, is %s', (peer, forwarded, client) => {
    const headers = forwarded === '' ? {} : { 'x-forwarded-for': forwarded }
    expect(addresses.of(request(peer, headers as Record<string, string>))).toBe(client)
  })

  it('is nobody else when no proxy is trusted', () => {
    const headers = { 'x-forwarded-for': '198.51.100.1' }
    expect(new ClientAddresses([]).of(request('127.0.0.1', headers))).toBe('127.0.0.1')
  })
})

/** Entries of X-Forwarded-For that tell nothing. */
const NOTHING = [
  ...['', ' ', ',', 'unknown', '_hidden', '-', 'localhost', 'http://203.0.113.7', '203.0.113.7/32'],
  ...[
    '203.0.113',
    '203.0.113.256',
    '0x7f.1',
    '127.1',
    '2130706433',
    '1',
    '[',
    '[]',
    '[::1',
    '::1]',
  ],
  ...['203.0.113.7:port', '203.0.113.7:1:2', '[2001:db8::7]x', 'for=203.0.113.7', '"203.0.113.7"'],
  ...['undefined', 'null', '\u0000', '۱۲۷.0.0.1', '127.0.0.1\u200b', 'x'.repeat(5_000)],
]

describe('by what a request is counted', () => {
  const addresses = new ClientAddresses(['10.0.0.0/8', '127.0.0.1', '::1'])
  const keyOf = (peer: string | undefined, forwarded: string) =>
    addresses.keyOf(request(peer, { host: 'localhost', 'x-forwarded-for': forwarded }))

  it.each([
    ['203.0.113.7:40001', '203.0.113.7'],
    ['203.0.113.7:', '203.0.113.7'],
    [' 203.0.113.7 ', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:40001', '203.0.113.7'],
    ['[2001:db8::7]:40001', '20010db800000000'],
    ['[2001:db8::7]', '20010db800000000'],
    ['2001:DB8:0:0:1::9', '20010db800000000'],
    ['fe80::1%eth0', 'fe80000000000000'],
    ['junk, 203.0.113.7:1', '203.0.113.7'],
    ['203.0.113.7:1, 10.1.1.1:2', '203.0.113.7'],
  ])('%j is the address %s, with whatever port', (forwarded, key) => {
    expect(keyOf('10.0.0.1', forwarded)).toBe(key)
  })

  it.each(NOTHING)('%j of a trusted proxy is the proxy itself', (forwarded) => {
    expect(keyOf('10.0.0.1', forwarded)).toBe('10.0.0.1')
    expect(keyOf('127.0.0.1', forwarded)).toBe('loopback')
    expect(keyOf('10.0.0.1', `203.0.113.7, ${forwarded}`)).toBe('10.0.0.1')
  })

  it.each([
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '[::1]:1',
    '127.0.0.1:1',
    '127.0.0.1, 10.0.0.2',
  ])('%j, though a trusted proxy says so, is not this machine', (forwarded) => {
    expect(keyOf('10.0.0.1', forwarded)).toBeDefined()
    expect(keyOf('127.0.0.1', forwarded)).toBeDefined()
  })

  it('is never nothing where there is no address, or where anything was forwarded', () => {
    const text = fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.constantFrom(...NOTHING))
    const peer = fc.constantFrom(undefined, '127.0.0.1', '::1', '10.0.0.1', '192.0.2.1', 'nonsense')
    fc.assert(
      fc.property(peer, text, (from, forwarded) => {
        const key = keyOf(from, forwarded)
        expect(key).toEqual(expect.any(String))
        expect(key!.length).toBeLessThan(40)
      }),
    )
  })
})

describe('this machine', () => {
  const isThisMachine = (
    peer: string | undefined,
    headers: Record<string, string> = {},
    more = {},
  ) =>
    new ClientAddresses(['127.0.0.9']).isThisMachine(
      Object.assign(request(peer, { host: 'localhost:3004', ...headers }), more),
    )

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '127.1.2.3'])('is %s', (peer) => {
    expect(isThisMachine(peer)).toBe(true)
  })

  it.each([undefined, '', '192.0.2.1', '::', '0.0.0.0', 'localhost', '127.0.0.1%lo', '127.0.0.9'])(
    'is not %j',
    (peer) => expect(isThisMachine(peer)).toBe(false),
  )

  it.each([
    ...['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port'],
    ...['x-forwarded', 'forwarded', 'via', 'x-real-ip', 'x-client-ip', 'true-client-ip'],
    ...['cf-connecting-ip', 'x-original-forwarded-for', 'x-cluster-client-ip', 'cdn-loop'],
    ...['x-envoy-external-address', 'fly-client-ip', 'x-azure-clientip'],
  ])('is not told from what %s came with', (name) => {
    for (const value of ['127.0.0.1', '203.0.113.7', ''])
      expect(isThisMachine('127.0.0.1', { [name]: value })).toBe(false)
  })

  it.each(['chat.example.org', 'localhost.example.org', '', '127.0.0.1.example.org', '192.0.2.1'])(
    'is not asked under the name %j',
    (host) => expect(isThisMachine('127.0.0.1', { host })).toBe(false),
  )

  it('does not speak HTTP/1.0, as nginx does by itself', () => {
    expect(isThisMachine('127.0.0.1', {}, { httpVersion: '1.0' })).toBe(false)
  })
})

describe('addressKey', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3::4', '20010db800010002'],
    ['2001:db8:1:2:ffff::', '20010db800010002'],
    ['2001:db8:1:3::', '20010db800010003'],
    ['127.0.0.1', undefined],
    ['::1', undefined],
    ['::ffff:127.1.2.3', undefined],
    ['nonsense', 'nonsense'],
  ])('of %s is %s', (address, key) => expect(addressKey(address)).toBe(key))
})

describe('an origin', () => {
  const policy = (allowed: string[], isLocalOnly: boolean) => {
    const addresses = new ClientAddresses(['10.0.0.1'])
    return new OriginPolicy({ allowed, isLocalOnly, hostOf: (one) => addresses.hostOf(one) })
  }

  it.each([
    ['http://127.0.0.1:3004', '127.0.0.1:3004'],
    ['http://localhost:3004', 'localhost:3004'],
    ['http://[::1]:3004', '[::1]:3004'],
    ['https://localhost', 'localhost:443'],
    [undefined, 'anything.example.org'],
  ])('%s may connect to the local server at %s', (origin, host) => {
    const headers = { host, ...(origin === undefined ? {} : { origin }) }
    expect(policy([], true).isAllowed(request('127.0.0.1', headers))).toBe(true)
  })

  it.each([
    ['http://evil.example', '127.0.0.1:3004'],
    ['http://127.0.0.1:8080', '127.0.0.1:3004'],
    ['http://localhost:3004', '127.0.0.1:3004'],
    ['http://evil.example:3004', 'evil.example:3004'],
    ['http://127.0.0.1.evil.example:3004', '127.0.0.1.evil.example:3004'],
    ['null', '127.0.0.1:3004'],
    ['', '127.0.0.1:3004'],
    ['file://', '127.0.0.1:3004'],
    ['http://', ''],
    ['http://127.0.0.1:3004', ''],
    ['chrome-extension://127.0.0.1:3004', '127.0.0.1:3004'],
  ])('%j may not connect to the local server at %j', (origin, host) => {
    expect(policy([], true).isAllowed(request('127.0.0.1', { origin, host }))).toBe(false)
  })

  it('is allowed by being listed, to the letter', () => {
    const listed = policy(['https://a.example'], true)
    const from = (origin: string) => listed.isAllowed(request('192.0.2.1', { origin, host: 'b' }))
    expect(from('https://a.example')).toBe(true)
    for (const origin of ['http://a.example', 'https://a.example:8443', 'https://x.a.example'])
      expect(from(origin)).toBe(false)
  })

  it('is never refused by a star', () => {
    expect(policy(['*'], true).isAllowed(request('192.0.2.1', { origin: 'null' }))).toBe(true)
  })

  it('of the name that a server is reached by is its own, where that need not be local', () => {
    const headers = { origin: 'https://chat.example', host: 'chat.example' }
    expect(policy([], false).isAllowed(request('192.0.2.1', headers))).toBe(true)
  })

  it('is compared with the host that a trusted proxy was asked for', () => {
    const headers = {
      origin: 'https://chat.example',
      host: 'backend:3004',
      'x-forwarded-host': 'chat.example',
    }
    expect(policy([], false).isAllowed(request('10.0.0.1', headers))).toBe(true)
    expect(policy([], false).isAllowed(request('10.0.0.2', headers))).toBe(false)
  })
})
