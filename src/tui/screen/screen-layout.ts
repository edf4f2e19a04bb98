import type { PaneSize } from '../pane/pane-view.ts'

/** A narrower screen has no side list. */
const MIN_COLUMNS_FOR_SIDEBAR = 60

export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

/** How a screen is divided, from the top: title, side list and pane, hints, status, input. */
export interface ScreenLayout {
  readonly hasTitle: boolean
  readonly hasHints: boolean
  readonly hasStatus: boolean
  /** 0 where there is no room for the side list, or it is hidden. */
  readonly sidebarColumns: number
  readonly pane: PaneSize
  /** The row of the pane's first line, from 0. */
  readonly paneRow: number
}

export interface LayoutNeeds {
  /** Rows of the text being typed. */
  readonly inputRows: number
  readonly isSidebarHidden: boolean
}

/** Divides a screen of any size; what matters least goes first when it is small. */
export function layOutScreen({ columns, rows }: ScreenSize, needs: LayoutNeeds): ScreenLayout {
  const hasStatus = rows >= 3
  const hasTitle = rows >= 5
  const hasHints = rows >= 8
  const bars = Number(hasStatus) + Number(hasTitle) + Number(hasHints)
  const hasSidebar = columns >= MIN_COLUMNS_FOR_SIDEBAR && !needs.isSidebarHidden
  const sidebarColumns = hasSidebar ? (columns >= 100 ? 26 : 22) : 0
  return {
    hasTitle,
    hasHints,
    hasStatus,
    sidebarColumns,
    pane: {
      columns: Math.max(1, columns - sidebarColumns),
      rows: Math.max(0, rows - needs.inputRows - bars),
    },
    paneRow: Number(hasTitle),
  }
}
