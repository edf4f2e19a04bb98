import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { HostPolicy, type HostRules } from '../../../src/server/auth/host-policy.ts'

const isAllowed = (host: string | undefined, rules: Partial<HostRules> = {}, told = host) =>
  new HostPolicy({
    ...{ allowed: [], isLocalOnly: true, hostOf: () => told ?? '' },
    ...rules,
  }).isAllowed({ headers: { host } } as IncomingMessage)

describe('a server for this machine only', () => {
  it.each([
    ...['localhost', 'LocalHost:3004', '127.0.0.1', '127.9.9.9:80', '[::1]', '[::1]:3004'],
    ...['[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]:3004', '[::ffff:7f00:1]'],
  ])('is asked as %s', (host) => expect(isAllowed(host)).toBe(true))

  it.each([
    ...[undefined, '', ' ', ':', ':3004', 'evil.example', 'evil.example:3004', 'localhost.'],
    ...['localhost.evil.example', '127.0.0.1.evil.example', 'evil-localhost', 'localhost:x'],
    ...['localhost@evil.example', 'localhost, evil.example', 'localhost evil.example', '127.1'],
    ...[
      '2130706433',
      '0x7f000001',
      '0.0.0.0',
      '[::]',
      '[::2]',
      '[::ffff:8.8.8.8]',
      '[127.0.0.1]x',
      '192.168.1.5',
      '127.0.0.1:3004/x',
    ],
    ...['localhost:123456', '[::1', '::1', 'http://localhost', 'localhost#', 'xn--localhost-abc'],
  ])('is not asked as %j', (host) => expect(isAllowed(host)).toBe(false))

  it('is asked as what is listed, whatever the port, and as nothing near it', () => {
    const rules = { allowed: ['chat.example.org', '192.168.1.5'] }
    for (const host of ['chat.example.org', 'CHAT.example.org:8443', '192.168.1.5:3004'])
      expect(isAllowed(host, rules)).toBe(true)
    for (const host of ['example.org', 'a.chat.example.org', 'chat.example.org.', '192.168.1.50'])
      expect(isAllowed(host, rules)).toBe(false)
  })

  it('is asked as anything where a star is listed', () => {
    for (const host of ['evil.example', undefined, ''])
      expect(isAllowed(host, { allowed: ['*'] })).toBe(true)
  })
})

describe('a server for others', () => {
  it('is asked by its address, which no name can be bound to, but not by a name', () => {
    const rules = { isLocalOnly: false }
    for (const host of ['192.168.1.5:3004', '[fd00::1]:3004', 'localhost', '0.0.0.0'])
      expect(isAllowed(host, rules)).toBe(true)
    for (const host of ['evil.example', '192.168.1.5.evil.example', '[evil]', '192.168.1'])
      expect(isAllowed(host, rules)).toBe(false)
  })
})

describe('what a proxy was asked for', () => {
  it('has to be allowed too, and does not make up for the Host itself', () => {
    expect(isAllowed('127.0.0.1:3004', {}, 'evil.example')).toBe(false)
    // A page can send this header, but not another Host than its own.
    expect(isAllowed('evil.example', {}, 'localhost')).toBe(false)
    expect(isAllowed('127.0.0.1', { allowed: ['a.example'] }, 'a.example')).toBe(true)
  })
})
