import { expect, it } from 'vitest'
import { errorsBesideRefusals, joinErrors } from '../../../src/bench/result/error-names.ts'

it('tells what refused a message from the same error of anything else', () => {
  const joined = joinErrors({ RATE_LIMITED: 1, NOT_FOUND: 2 }, { RATE_LIMITED: 3 })
  expect(joined).toEqual({ RATE_LIMITED: 1, NOT_FOUND: 2, 'RATE_LIMITED for a message': 3 })
  expect(errorsBesideRefusals(joined)).toEqual([
    ['RATE_LIMITED', 1],
    ['NOT_FOUND', 2],
  ])
})
