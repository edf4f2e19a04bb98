import { expect, it } from 'vitest'
import { formatProgress, ProgressLine } from '../../src/bench/progress-line.ts'
import type { Progress } from '../../src/bench/run-bench.ts'

const progress = (changes: Partial<Progress>): Progress => ({
  phase: 'sending',
  elapsedMs: 1500,
  connected: 10,
  connections: 10,
  sent: 5,
  planned: 100,
  delivered: 50,
  ...changes,
})

function shown(isTTY: boolean, states: Progress[], columns = 80): string {
  let written = ''
  const line = new ProgressLine({ isTTY, columns, write: (text) => (written += text) })
  for (const state of states) line.show(state)
  line.clear()
  return written
}

it('rewrites one line on a terminal, never longer than the terminal is wide', () => {
  const written = shown(true, [progress({}), progress({ sent: 6 })], 30)
  expect(written).not.toContain('\n')
  for (const line of written.split('\r\x1b[K')) expect(line.length).toBeLessThan(30)
})

it('writes plain lines elsewhere, on a new phase or every five seconds', () => {
  const written = shown(false, [
    progress({ elapsedMs: 0 }),
    progress({ elapsedMs: 200 }),
    progress({ elapsedMs: 5200 }),
    progress({ elapsedMs: 5400, phase: 'draining' }),
  ])
  expect(written.split('\n').filter(Boolean)).toHaveLength(3)
  expect(written).not.toContain('\x1b')
})

it('says how far each count is', () => {
  expect(formatProgress(progress({ delivered: 1234567 }))).toBe(
    '   1.5 s  sending     10/10 connected  5/100 sent  1,234,567 delivered',
  )
})
