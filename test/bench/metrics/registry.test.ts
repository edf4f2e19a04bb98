import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { FIGURES, type Figure, findMetric, LATENCIES } from '../../../src/bench/metrics/registry.ts'

it('finds a metric by its name, and none by a name of every object', () => {
  expect(findMetric('ack_ms')).toBe(LATENCIES.ack_ms)
  expect(findMetric('unsent')).toBe(FIGURES.unsent)
  expect(findMetric('constructor')).toBeUndefined()
})

it('is what docs/load-testing.md lists, in its order and in its words', () => {
  const documents = new URL('../../../docs/load-testing.md', import.meta.url)
  const text = readFileSync(documents, 'utf8').split('### `thresholds`')[1]!.split('\n## ')[0]!
  const listed = [...text.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, name, words]) => [
    name,
    words,
  ])
  const kindOf = ({ kind, unit }: Figure) => (unit === '' ? kind : `${kind}, ${unit}`)
  const rows = [
    ...Object.entries(LATENCIES).map(([name, { what }]) => [name, what]),
    ...Object.entries(FIGURES).map(([name, row]) => [name, `${kindOf(row)} | ${row.what}`]),
  ]
  expect(listed.map(([name]) => name)).toEqual(rows.map(([name]) => name))
  expect(listed).toEqual(rows.map(([name, words]) => [name, expect.stringContaining(words!)]))
})
