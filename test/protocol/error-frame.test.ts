import { expect, test } from 'vitest'
import { errorFrame } from '../../src/protocol/error-frame.ts'

test('an ERROR frame has what there is to say, and no key without a value', () => {
  expect(JSON.stringify(errorFrame('INTERNAL', 'why'))).toBe(
    '{"type":"ERROR","code":"INTERNAL","message":"why"}',
  )
  expect(errorFrame('NOT_FOUND', 'why', { ref: undefined })).not.toHaveProperty('ref')
  expect(errorFrame('RATE_LIMITED', 'why', { ref: 'a', retryAfterMs: 5 })).toEqual({
    ...{ type: 'ERROR', code: 'RATE_LIMITED', message: 'why', retry_after_ms: 5, ref: 'a' },
  })
})
