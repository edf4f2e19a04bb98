import { expect, it } from 'vitest'
import { formatCounts, LiveView } from '../../../src/bench/report/live-view.ts'
import { COLOURED, PLAIN } from '../../../src/bench/report/style.ts'
import type { Progress } from '../../../src/bench/run/bench-target.ts'
import { counts, second } from './sample-result.ts'

const progress = (changes: Partial<Progress> = {}): Progress => ({
  scenario: 'five',
  phase: 'steady',
  isTeardown: false,
  isInterrupted: false,
  elapsedSeconds: 1.5,
  plannedSeconds: 10,
  connections: 10,
  series: [second(0), second(1)],
  counts: counts({ sent: 5, delivered: 50 }),
  thresholds: [],
  ...changes,
})

/** What a view writes, each time that it is shown or cleared. */
function writes(states: Progress[], { isTTY = true, columns = 80, style = PLAIN } = {}): string[] {
  const written: string[] = []
  const view = new LiveView({ isTTY, columns, style, write: (text) => written.push(text) })
  for (const state of states) view.show(state)
  view.clear()
  return written
}

it('draws over itself on a terminal, no line longer than the terminal is wide', () => {
  const [first, next, cleared] = writes([progress(), progress()], { columns: 50 })
  expect(next).toBe(`\x1b[5A\r\x1b[J${first}`)
  expect(cleared).toBe('\x1b[5A\r\x1b[J')
  for (const line of first!.split('\n')) expect(line.length).toBeLessThan(50)
  expect(first).toMatch(/█+░+ five: steady {2}2\/10 s {2}9 s left/)
  expect(first).toMatch(/deliveries\/s +[▁-█]+ +16 \(max 16\)/)
  expect(first).toMatch(/cores +load tester 0\.10/)
})

it('goes back over the lines that a terminal broke when it became narrower', () => {
  const written: string[] = []
  const output = {
    isTTY: true,
    columns: 80,
    style: PLAIN,
    write: (text: string) => written.push(text),
  }
  const view = new LiveView(output)
  view.announce('x'.repeat(70))
  output.columns = 40
  view.clear()
  expect(written.at(-1)).toBe('\x1b[2A\r\x1b[J')
})

it('takes a terminal that does not know its size for one of 80 columns', () => {
  const unknown = writes([progress(), progress()], { columns: 0 })
  expect(unknown).toEqual(writes([progress(), progress()], { columns: 80 }))
})

it('shows which thresholds fail so far, and a gap where nothing was measured', () => {
  const { p50: _, p99: __, ...silent } = second(1)
  const [text] = writes(
    [
      progress({
        series: [second(0), silent, second(2)],
        thresholds: [
          { metric: 'ack_ms', condition: 'p99<2', actual: 3, isMet: false },
          { metric: 'connect_ms', condition: 'p99<9', actual: 3, isMet: true },
          { metric: 'resume_ms', condition: 'p99<9', isMet: false },
        ],
      }),
    ],
    { style: COLOURED },
  )
  expect(text).toContain('thresholds       1 of 3 met so far')
  expect(text).toContain(`\x1b[31m${' '.repeat(17)}✗ ack_ms p99<2  3\x1b[39m`)
  expect(text).not.toContain('resume_ms')
  expect(text).toContain('delivery p99 ms  \x1b[36m█\x1b[39m \x1b[36m█\x1b[39m ')
})

it('tells at once that it was interrupted, and that the end is near when the phases are over', () => {
  const [text] = writes([progress({ isInterrupted: true, isTeardown: true, phase: 'draining' })])
  expect(text).toContain('Ctrl-C again ends at once')
  expect(text).toMatch(/█ five: draining .*finishing/)
  const plain = writes([progress(), progress({ isInterrupted: true })], { isTTY: false })
  expect(plain[1]).toContain('Ctrl-C again ends at once')
})

it('writes plain lines elsewhere, on a new phase or every five seconds, counts only when new', () => {
  const [ramp, steady, draining, ...more] = writes(
    [
      progress({ elapsedSeconds: 0, phase: 'ramp', series: [] }),
      progress({ elapsedSeconds: 0.2, phase: 'ramp', series: [] }),
      progress({ elapsedSeconds: 5.2 }),
      progress({ elapsedSeconds: 5.4, phase: 'draining' }),
    ],
    { isTTY: false },
  )
  expect(ramp).toBe('   0.0 s  ramp\n')
  expect(steady).toBe('   5.2 s  steady            8/10 connected  5 sent  50 delivered\n')
  expect(draining).toBe('   5.4 s  draining\n')
  expect(more).toEqual([])
})

it('says how far each count is, and what went wrong where anything did', () => {
  expect(formatCounts(progress({ counts: counts({ sent: 5, delivered: 1234567 }) }))).toBe(
    '8/10 connected  5 sent  1,234,567 delivered',
  )
  const wrong = counts({ unsent: 1, refused: 2, lost: 3, failedConnects: 4 })
  expect(formatCounts(progress({ counts: wrong }))).toContain(
    '1 unsent  2 refused  3 lost  4 not connected',
  )
})
