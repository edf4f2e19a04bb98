import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOutScreen } from '../../../src/tui/screen/screen-layout.ts'

const NEEDS = { inputRows: 1, isSidebarHidden: false }

describe('layOutScreen', () => {
  it('a wide screen has a side list; a narrow one, or one that hides it, has none', () => {
    expect(layOutScreen({ columns: 100, rows: 20 }, NEEDS).sidebarColumns).toBeGreaterThan(0)
    expect(layOutScreen({ columns: 40, rows: 12 }, NEEDS).sidebarColumns).toBe(0)
    const hidden = { ...NEEDS, isSidebarHidden: true }
    expect(layOutScreen({ columns: 100, rows: 20 }, hidden).sidebarColumns).toBe(0)
  })

  it('gives every row and column of the screen to a part', () => {
    const size = fc.record({
      columns: fc.integer({ min: 1, max: 400 }),
      rows: fc.integer({ min: 1, max: 200 }),
    })
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 60 }), ({ columns, rows }, wanted) => {
        const inputRows = Math.min(wanted, Math.max(1, Math.floor(rows / 3)))
        const layout = layOutScreen({ columns, rows }, { ...NEEDS, inputRows })
        const bars = [layout.hasTitle, layout.hasHints, layout.hasStatus].filter(Boolean).length
        expect(bars + layout.pane.rows + inputRows).toBe(rows)
        expect(layout.sidebarColumns + layout.pane.columns).toBe(columns)
      }),
    )
  })
})
