import { type InputLayout, layOutInput } from '../editor/input-layout.ts'
import type { PaneSize } from '../pane/pane-view.ts'
import type { ScreenModel } from '../screen-model.ts'

/** What stands before the first row of the text being typed. */
export const PROMPT = '> '

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

/** The columns that the text being typed has. */
export function inputColumns({ columns }: ScreenSize): number {
  return Math.max(2, columns - PROMPT.length)
}

/** The screen's layout, and that of the text being typed, which has a say in it. */
export function layOutModel(
  model: Pick<ScreenModel, 'text' | 'cursor' | 'isSidebarHidden'>,
  size: ScreenSize,
): { input: InputLayout; layout: ScreenLayout } {
  const maxRows = Math.max(1, Math.floor(size.rows / 3))
  const input = layOutInput(model.text, model.cursor, { columns: inputColumns(size), maxRows })
  const needs = { inputRows: input.rows.length, isSidebarHidden: model.isSidebarHidden }
  return { input, layout: layOutScreen(size, needs) }
}
