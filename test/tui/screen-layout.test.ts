import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOutScreen } from '../../src/tui/screen-layout.ts'

describe('layOutScreen', () => {
  it('a wide screen has a side list and a narrow one has none', () => {
    expect(layOutScreen({ columns: 100, rows: 20 }).sidebarColumns).toBeGreaterThan(0)
    expect(layOutScreen({ columns: 40, rows: 12 }).sidebarColumns).toBe(0)
  })

  it('leaves one row of the screen free and gives every other one to a part', () => {
    const size = fc.record({ columns: fc.integer({ min: 1 }), rows: fc.integer({ min: 2 }) })
    fc.assert(
      fc.property(size, ({ columns, rows }) => {
        const layout = layOutScreen({ columns, rows })
        const used = Number(layout.hasTitle) + layout.pane.rows + Number(layout.hasStatus) + 1
        expect(used).toBe(rows - 1)
        expect(layout.inputRow).toBe(rows - 2)
        expect(layout.sidebarColumns + layout.pane.columns).toBe(columns)
      }),
    )
  })
})
