import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { OriginPolicy } from '../../../src/server/auth/origin-policy.ts'
import { addressKey, ClientAddresses } from '../../../src/server/limits/client-address.ts'

const request = (remoteAddress: string, headers: Record<string, string> = {}) =>
  ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage

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
