import { expect, test } from 'vitest'
import { outOfPool } from '../../../src/server/frames/out-of-pool.ts'

test('a small buffer is copied out of the pool, and others are not copied', () => {
  const pooled = Buffer.from('a frame')
  expect(pooled.buffer.byteLength).toBe(Buffer.poolSize)
  const own = outOfPool(pooled)
  expect(own.toString()).toBe('a frame')
  expect(own.buffer.byteLength).toBe(own.length)
  for (const length of [1, Buffer.poolSize, 3 * Buffer.poolSize]) {
    const apart = Buffer.allocUnsafeSlow(length)
    expect(outOfPool(apart)).toBe(apart)
  }
})
