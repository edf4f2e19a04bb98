import { expect, test } from 'vitest'
import { MessageRate } from '../../../src/server/limits/message-rate.ts'

/** Sends frames of user 1, one every `gapMs`, and returns what becomes of each. */
function send(rate: MessageRate, count: number, gapMs: number, startMs = 0) {
  return Array.from({ length: count }, (_, i) => rate.check(1, startMs + i * gapMs))
}

test('five seconds of the rate may come at once, the next frame waits', () => {
  const verdicts = send(new MessageRate(10), 51, 0)
  expect(verdicts.slice(0, 50)).toEqual(Array(50).fill('accept'))
  expect(verdicts[50]).toEqual({ retryAfterMs: 500 })
})

test('the time told is not a millisecond more for the rounding of a fraction', () => {
  expect(7926.428162235988 + 500 - 7926.428162235988).toBeGreaterThan(500)
  const verdicts = send(new MessageRate(10), 53, 0, 7926.428162235988)
  expect(verdicts.slice(50)).toEqual(Array(3).fill({ retryAfterMs: 500 }))
})

test('the rate itself may go on for ever', () => {
  expect(new Set(send(new MessageRate(10), 10_000, 100))).toEqual(new Set(['accept']))
})

test('whoever was refused is refused until the time it was told, and then taken again', () => {
  const rate = new MessageRate(10)
  send(rate, 51, 0)
  expect(rate.check(1, 200)).toEqual({ retryAfterMs: 300 })
  expect(rate.check(1, 499)).toEqual({ retryAfterMs: 1 })
  expect(rate.check(1, 500)).toBe('accept')
})

test('others are not held', () => {
  const rate = new MessageRate(10)
  send(rate, 60, 0)
  expect(rate.check(2, 0)).toBe('accept')
})

test('a flood is told of for as long as a burst, and then is abuse', () => {
  const verdicts = send(new MessageRate(10), 1_000, 0)
  expect(verdicts.filter((verdict) => verdict === 'accept')).toHaveLength(50)
  expect(verdicts.indexOf('abuse')).toBe(100)
  expect(verdicts.at(-1)).toBe('abuse')
})

test('a little too fast is never abuse', () => {
  expect(send(new MessageRate(10), 10_000, 60)).not.toContain('abuse')
})

test('ten times too fast is abuse in the end', () => {
  expect(send(new MessageRate(10), 200, 10)).toContain('abuse')
})

test('whoever heeds what it is told gets everything through, at the rate', () => {
  const rate = new MessageRate(10)
  let nowMs = 0
  let sent = 0
  while (sent < 1_000) {
    const verdict = rate.check(1, nowMs)
    expect(verdict).not.toBe('abuse')
    if (verdict === 'accept') sent += 1
    else nowMs += (verdict as { retryAfterMs: number }).retryAfterMs
  }
  expect(nowMs).toBeLessThan(((1_000 - 50) / 10) * 1_000 + 1_000)
})

test('frames that are not answered count one by one, up to abuse', () => {
  const rate = new MessageRate(10)
  expect(rate.countAll(1, 50, 0)).toBe('accept')
  expect(rate.countAll(1, 50, 0)).toEqual({ retryAfterMs: 500 })
  expect(rate.countAll(1, 1, 0)).toBe('abuse')
})

test('what cannot be read counts once more for every KiB', () => {
  const rate = new MessageRate(10)
  expect(rate.countUnreadable(1, 1_023, 0)).toBe('accept')
  expect(rate.countUnreadable(1, 50 * 1_024, 0)).toBe('accept')
  expect(rate.check(1, 0)).toEqual({ retryAfterMs: 500 })
})

test('one frame that cannot be read is never abuse, however low the rate', () => {
  const rate = new MessageRate(1)
  expect(rate.check(1, 0)).toBe('accept')
  expect(rate.countUnreadable(1, 65_536, 0)).toEqual({ retryAfterMs: 1000 })
})
