import { describe, expect, it } from 'vitest'
import { hidePassword } from '../../src/protocol/hide-password.ts'
import { httpAddress } from '../../src/protocol/http-address.ts'

describe('httpAddress', () => {
  it.each([
    ['ws://host', 'http://host/', undefined],
    ['ws://host:80/', 'http://host/', undefined],
    ['WSS://host/chat', 'https://host/chat/', undefined],
    ['wss://host/chat/?key=abc', 'https://host/chat/?key=abc', undefined],
    ['ws://u:p@host/chat', 'http://host/chat/', 'u:p'],
    ['ws://u@host/', 'http://host/', 'u:'],
    ['ws://:p@host/', 'http://host/', ':p'],
    ['ws://u:%C3%A9%40%3A@host/', 'http://host/', 'u:é@:'],
    ['ws://u:100%@host/', 'http://host/', 'u:100%'],
  ])('%s answers below %s', (url, base, credentials) => {
    const found = httpAddress(url)
    expect(found.base.href).toBe(base)
    const sent = found.authorization?.replace('Basic ', '')
    expect(sent && Buffer.from(sent, 'base64').toString()).toBe(credentials)
  })
})

describe('hidePassword', () => {
  it.each([
    ['ws://u:secret@host/chat', 'ws://u:***@host/chat'],
    ['wss://host/?token=secret&region=eu', 'wss://host/?token=***&region=eu'],
    ['wss://host/?region=eu&key=secret', 'wss://host/?region=eu&key=***'],
    ['https://u:secret@host/keys.json', 'https://u:***@host/keys.json'],
    ['ws://host:3004/monkey=1', 'ws://host:3004/monkey=1'],
  ])('%s is shown as %s', (url, shown) => {
    expect(hidePassword(url)).toBe(shown)
  })
})
