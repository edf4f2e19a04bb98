import type { PaneSize } from './pane-view.ts'

/** A narrower screen has no side list. */
const MIN_COLUMNS_FOR_SIDEBAR = 60

const SIDEBAR_COLUMNS = 22

export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

/** How a screen is divided. One row stays free: ink clears the scrollback when it fills all. */
export interface ScreenLayout {
  readonly hasTitle: boolean
  readonly hasStatus: boolean
  /** 0 where there is no room for the side list. */
  readonly sidebarColumns: number
  readonly pane: PaneSize
  /** Counted from the first row, from 0. */
  readonly inputRow: number
}

/** Divides a screen of any size; what matters least goes first when it is small. */
export function layOutScreen({ columns, rows }: ScreenSize): ScreenLayout {
  const drawnRows = Math.max(1, rows - 1)
  const hasStatus = drawnRows >= 3
  const hasTitle = drawnRows >= 4
  const paneRows = drawnRows - 1 - Number(hasStatus) - Number(hasTitle)
  const sidebarColumns = columns >= MIN_COLUMNS_FOR_SIDEBAR ? SIDEBAR_COLUMNS : 0
  return {
    hasTitle,
    hasStatus,
    sidebarColumns,
    pane: { columns: Math.max(1, columns - sidebarColumns), rows: paneRows },
    inputRow: drawnRows - 1,
  }
}
