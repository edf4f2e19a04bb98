import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeFrameText } from '../../../src/server/telemetry/frame-text.ts'
import { signToken } from '../../support/tokens.ts'

const describeText = (text: string) => describeFrameText(Buffer.from(text))

test('a frame is shown as it is', () => {
  const text = '{"type":"NEW_MESSAGE","chat_id":1,"content":"Grüße 🙂"}'
  expect(describeText(text)).toBe(text)
})

test('a token is never shown, in whatever shape it comes', async () => {
  const token = await signToken('1')
  const auth = JSON.stringify({ type: 'AUTH', token })
  const escaped = auth.replace('token', 'tok\\u0065n')
  for (const text of [
    ...[auth, escaped, ` ${auth} `, JSON.stringify({ deep: [{ Token: 'opaque-secret' }] })],
    ...[auth.slice(0, -1), `${escaped} junk`, auth.replaceAll('"', "'"), `AUTH opaque-secret`],
    ...[JSON.stringify({ type: 'NEW_MESSAGE', content: `mine is ${token}` }), token],
  ]) {
    const shown = describeText(text)
    expect(shown).not.toContain(token.slice(0, 20))
    expect(shown).not.toContain('opaque-secret')
    expect(shown).toMatch(/secret|may hold a token/)
  }
})

test('a token whose frame is cut or damaged anywhere is not shown', () => {
  const auth = JSON.stringify({ type: 'AUTH', token: 'opaque-1234567890' })
  const damage = fc.record({
    at: fc.integer({ min: 0, max: auth.length }),
    drop: fc.integer({ min: 0, max: 3 }),
    insert: fc.string({ unit: 'binary', maxLength: 3 }),
  })
  fc.assert(
    fc.property(damage, ({ at, drop, insert }) => {
      const shown = describeText(auth.slice(0, at) + insert + auth.slice(at + drop))
      expect(shown).not.toContain('123')
    }),
  )
})

test('a long frame is clipped, and says how long it is', () => {
  const text = JSON.stringify({ content: 'é'.repeat(10_000) })
  const shown = describeText(text)
  expect(shown).toBe(`${text.slice(0, 500)}… (${Buffer.byteLength(text)} bytes)`)
})

test('nothing in it can end a line or control a terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const shown of [describeText(text), describeText(JSON.stringify({ text }))])
        expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
    }),
  )
})
