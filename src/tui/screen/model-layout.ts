import { type InputLayout, layOutInput } from '../editor/input-layout.ts'
import type { ScreenModel } from '../screen-model.ts'
import { PROMPT } from './bottom-bars.tsx'
import { layOutScreen, type ScreenLayout, type ScreenSize } from './screen-layout.ts'

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
