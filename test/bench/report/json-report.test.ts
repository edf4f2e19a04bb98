import { expect, it } from 'vitest'
import { formatJson } from '../../../src/bench/report/json-report.ts'
import { parseResult } from '../../../src/bench/result/parse-result.ts'
import { cleanResult, comparedResult } from './sample-result.ts'

it('writes what can be read again, with a line for each bucket of a histogram', () => {
  for (const result of [cleanResult(), comparedResult()])
    expect(parseResult(formatJson(result), 'r.json')).toEqual(result)
  expect(formatJson(cleanResult())).toMatch(/\n +\[\d+, 1\],?\n/)
})
