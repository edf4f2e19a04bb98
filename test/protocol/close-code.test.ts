import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CloseCode,
  isReconnectable,
  retryAfterMs,
  withRetryAfter,
} from '../../src/protocol/close-code.ts'

describe('isReconnectable', () => {
  it('asks for a reconnect on every code from 4000 to 4499', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4000, max: 4499 }), (code) => isReconnectable(code)),
      { examples: [[4000], [4499]] },
    )
  })

  it('asks for none on any code from 4500 to 4999', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4500, max: 4999 }), (code) => !isReconnectable(code)),
      { examples: [[4500], [4999]] },
    )
  })

  it.each([1001, 1005, 1006, 1009, 1011, 1012, 1013])('%d may be a passing fault', (code) => {
    expect(isReconnectable(code)).toBe(true)
  })

  it('the two refusals of a user id are final', () => {
    expect(isReconnectable(CloseCode.userIdRequired.code)).toBe(false)
    expect(isReconnectable(CloseCode.invalidUserId.code)).toBe(false)
  })

  it('a server that goes away and a slow consumer come back', () => {
    expect(isReconnectable(CloseCode.draining.code)).toBe(true)
    expect(isReconnectable(CloseCode.slowConsumer.code)).toBe(true)
  })

  it('a client that the storage could not serve comes back', () => {
    expect(isReconnectable(CloseCode.tryAgainLater.code)).toBe(true)
  })
})

describe('CloseCode', () => {
  it('keeps the two classic refusals to the letter', () => {
    expect(CloseCode.userIdRequired).toEqual({ code: 1008, reason: 'User ID required' })
    expect(CloseCode.invalidUserId).toEqual({ code: 1008, reason: 'Invalid user ID' })
  })

  it.each(Object.entries(CloseCode))('%s fits into a close frame', (_name, { code, reason }) => {
    // RFC 6455, 5.5 and 7.4: 125 bytes with the code; applications own 4000 to 4999. 1013 is
    // registered with IANA (try again later).
    expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123)
    expect([1001, 1008, 1009, 1013].includes(code) || (code >= 4000 && code <= 4999)).toBe(true)
  })
})

describe('a reconnect hint', () => {
  it('comes back as it was put in, beside a code and a reason that stay', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999 }), (delayMs) => {
        const { code, reason } = withRetryAfter(CloseCode.draining, delayMs)
        expect(code).toBe(4000)
        expect(reason).toContain(CloseCode.draining.reason)
        expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123)
        expect(retryAfterMs(reason)).toBe(delayMs)
      }),
    )
  })

  it.each([
    '',
    'Slow consumer',
    '; retry_after_ms=',
    '; retry_after_ms=-5',
    '; retry_after_ms=1e9',
  ])('is not read from %j', (reason) => expect(retryAfterMs(reason)).toBeUndefined())
})
