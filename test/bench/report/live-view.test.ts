import { expect, it } from 'vitest'
import { formatProgress, LiveView } from '../../../src/bench/report/live-view.ts'
import type { Progress } from '../../../src/bench/run/bench-target.ts'
import { second } from './sample-result.ts'

const progress = (changes: Partial<Progress>): Progress => ({
  phase: 'steady',
  elapsedSeconds: 1.5,
  plannedSeconds: 10,
  connections: 10,
  series: [second(0), second(1)],
  sent: 5,
  delivered: 50,
  ...changes,
})

function shown(isTTY: boolean, states: Progress[], columns = 80): string {
  let written = ''
  const view = new LiveView({ isTTY, columns, write: (text) => (written += text) })
  for (const state of states) view.show(state)
  view.clear()
  return written
}

it('draws over itself on a terminal, no line longer than the terminal is wide', () => {
  const written = shown(true, [progress({}), progress({ sent: 6 })], 50)
  const views = written.split('\x1b[4A\r\x1b[J')
  expect(views).toHaveLength(3)
  expect(views[2]).toBe('')
  for (const line of written.split('\n')) expect(line.length).toBeLessThan(70)
  expect(views[0]).toMatch(/█+░+ steady {2}2\/10 s {2}9 s left/)
  expect(views[0]).toMatch(/deliveries\/s [▁-█]+ +16 \(max 16\)/)
})

it('writes plain lines elsewhere, on a new phase or every five seconds', () => {
  const written = shown(false, [
    progress({ elapsedSeconds: 0 }),
    progress({ elapsedSeconds: 0.2 }),
    progress({ elapsedSeconds: 5.2 }),
    progress({ elapsedSeconds: 5.4, phase: 'draining' }),
  ])
  expect(written.split('\n').filter(Boolean)).toHaveLength(3)
  expect(written).not.toContain('\x1b')
})

it('says how far each count is', () => {
  expect(formatProgress(progress({ delivered: 1234567 }))).toBe(
    '   1.5 s  steady        8/10 connected  5 sent  1,234,567 delivered',
  )
})
