import { describe, expect, it } from 'vitest'
import type { ConfigSection, ConfigSource } from '../../src/config/config-sources.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { SendConfig } from '../../src/config/send-config.ts'

const OWN = 'wss://own.example'
const OTHER = 'wss://other.example'

/** Where each value is from; undefined where it is not given. */
type From = ConfigSource | undefined

/** What of a token that is from one place is sent to a server that is named in another. */
function sent(tokenFrom: ConfigSource, urlFrom: From, url = OTHER, profileUrl?: string) {
  const values = (source: ConfigSource) => ({
    ...(urlFrom === source ? { url } : {}),
    ...(tokenFrom === source ? { token: 'eyJ' } : {}),
  })
  const section = (source: ConfigSource): ConfigSection => ({
    ...{ origin: source, source },
    values: {
      ...values(source),
      ...(source === 'profile' && profileUrl ? { url: profileUrl } : {}),
    },
  })
  const { token, url: target } = resolveConfig(SendConfig, {
    flags: { user: 1, chat: 1, ...values('flag') },
    env: {
      ...(urlFrom === 'variable' ? { CHATWS_URL: url } : {}),
      ...(tokenFrom === 'variable' ? { CHATWS_TOKEN: 'eyJ' } : {}),
    },
    file: [section('file'), section('directory'), section('profile')],
  })
  return token === undefined ? undefined : target
}

const SOURCES: readonly ConfigSource[] = ['flag', 'variable', 'file', 'directory', 'profile']

describe('a token', () => {
  it.each(SOURCES.filter((source) => source !== 'directory' && source !== 'profile'))(
    'from a %s is never sent where the working directory says',
    (source) =>
      expect(() => sent(source, 'directory')).toThrow(/token: is not sent to directory.url/i),
  )

  it('of a profile goes to the server of that profile, whoever names it, and to no other', () => {
    for (const source of SOURCES) {
      const isProfile = source === 'profile'
      expect(sent('profile', source, OTHER, isProfile ? OTHER : OWN)).toBe(
        isProfile ? OTHER : undefined,
      )
      expect(sent('profile', source, OWN, OWN)).toBe(OWN)
      // Without a server of its own it is for the one on this machine.
      if (!isProfile) expect(sent('profile', source)).toBeUndefined()
    }
    expect(sent('profile', undefined)).toBe('ws://127.0.0.1:3004')
  })

  it('that stands beside the server in the same file is sent there', () => {
    expect(sent('directory', 'directory')).toBe(OTHER)
    expect(sent('file', 'file')).toBe(OTHER)
  })

  it('that the user gives goes where the user says', () => {
    for (const token of ['flag', 'variable', 'file'] as const)
      for (const url of ['flag', 'variable', 'file', 'profile'] as const)
        expect(sent(token, url)).toBe(OTHER)
  })

  it('is not read from a file that the working directory names, to be sent where it says', () => {
    const file = [
      { origin: 'x', source: 'directory', values: { url: OTHER, tokenFile: '/etc/hostname' } },
    ] as const
    expect(() => resolveConfig(SendConfig, { flags: { user: 1 }, env: {}, file })).toThrow(
      /^x.tokenFile: is not sent to x.url/,
    )
  })
})
