import type { Chat } from '../../protocol/chat.ts'
import type { InputLayout } from '../editor/input-layout.ts'
import { mark, paintMarked, wrapMarked } from '../pane/marked-text.ts'
import { isStored } from '../pane/pane-entry.ts'
import { type PaneLine, PaneView } from '../pane/pane-view.ts'
import type { Overlay, ScreenModel } from '../screen-model.ts'
import { BottomBars, type BottomBarsProps, TitleBar, type TitleBarProps } from './bars.tsx'
import { Compositor, type Frame } from './compositor.ts'
import { InkPanel } from './ink-panel.ts'
import { layOutModel, PROMPT, type ScreenLayout, type ScreenSize } from './screen-layout.ts'
import { chatAt, Sidebar, type SidebarProps } from './sidebar.tsx'
import type { Theme } from './theme.ts'

/**
 * Draws the screen: ink draws the bars and the side list. The lines of the messages and the text
 * being typed, which change most, are put beside what ink drew last.
 */
export class ScreenPainter {
  readonly #compositor: Compositor
  readonly #title = new InkPanel<TitleBarProps>(TitleBar)
  readonly #sidebar = new InkPanel<SidebarProps>(Sidebar)
  readonly #bottom = new InkPanel<BottomBarsProps>(BottomBars)
  #drawn: { model: ScreenModel; layout: ScreenLayout; shown: readonly PaneLine[] } | undefined
  theme: Theme

  constructor(write: (text: string) => void, theme: Theme) {
    this.#compositor = new Compositor(write)
    this.theme = theme
  }

  /** Brings the screen up to date with one write, or none where nothing has changed. */
  paint(model: ScreenModel, size: ScreenSize): void {
    this.#compositor.paint(this.#compose(model, size))
  }

  /** The next paint writes everything: the screen is not what was painted. */
  invalidate(): void {
    this.#compositor.invalidate()
  }

  /** What is drawn at a place: a chat of the list at the side, or a message. */
  targetAt(
    column: number,
    row: number,
  ): { type: 'chat'; chat: Chat } | { type: 'message'; id: number } | undefined {
    if (!this.#drawn) return undefined
    const { model, layout, shown } = this.#drawn
    const line = row - layout.paneRow
    if (line < 0 || line >= layout.pane.rows) return undefined
    if (column < layout.sidebarColumns) {
      const chat = chatAt(model.chats, line, layout.pane.rows)
      return chat && { type: 'chat', chat }
    }
    const entry = shown[line - (layout.pane.rows - shown.length)]?.entry
    return entry && isStored(entry) ? { type: 'message', id: entry.id } : undefined
  }

  close(): void {
    for (const panel of [this.#title, this.#sidebar, this.#bottom]) panel.close()
  }

  #compose(model: ScreenModel, size: ScreenSize): Frame {
    const { columns } = size
    const { theme } = this
    const { input, layout } = layOutModel(model, size)
    const { pane, paneRow, sidebarColumns } = layout
    const view = new PaneView(model.pane, pane)
    const bottom = this.#drawBottom(model, layout, { view, columns })
    const bottomRow = paneRow + pane.rows
    const inputRow = bottomRow + bottom.length
    const shown = model.overlay ? [] : view.lines(model.scroll)
    const lines = model.overlay
      ? overlayLines(model.overlay, layout)
      : shown.map(({ text }) => text)
    this.#drawn = { model, layout, shown }
    const regions = [
      ...(layout.hasTitle
        ? [{ column: 0, row: 0, lines: this.#title.draw({ text: model.title, columns }) }]
        : []),
      ...(sidebarColumns > 0 && pane.rows > 0
        ? [
            {
              column: 0,
              row: paneRow,
              columns: sidebarColumns,
              lines: this.#drawSidebar(model, layout),
            },
          ]
        : []),
      {
        column: sidebarColumns,
        row: paneRow,
        lines: atBottom(lines, pane.rows).map((line) => paintMarked(line, theme.tones)),
      },
      ...(bottom.length > 0 ? [{ column: 0, row: bottomRow, lines: bottom }] : []),
      { column: 0, row: inputRow, lines: inputLines(input.rows, columns) },
    ]
    return { regions, cursor: cursorAt(input, inputRow) }
  }

  /** The bars there is room for, one line each. */
  #drawBottom(
    { hints, status, isWarning, scroll, overlay }: ScreenModel,
    { hasHints, hasStatus }: ScreenLayout,
    { view, columns }: { view: PaneView; columns: number },
  ): readonly string[] {
    if (!hasHints && !hasStatus) return []
    return this.#bottom.draw({
      hints: hasHints ? hints : undefined,
      belowCount: overlay ? 0 : view.messagesBelow(scroll),
      status: hasStatus ? status : undefined,
      isWarning,
      columns,
      theme: this.theme,
    })
  }

  #drawSidebar(model: ScreenModel, { pane, sidebarColumns }: ScreenLayout): readonly string[] {
    return this.#sidebar.draw({
      userId: model.userId,
      users: model.users,
      chats: model.chats,
      columns: sidebarColumns,
      rows: pane.rows,
      theme: this.theme,
    })
  }
}

/** The cursor in the text being typed; behind more than ASCII the terminal itself finds its column. */
function cursorAt(
  { beforeCursor, cursorColumn, cursorRow }: InputLayout,
  inputRow: number,
): Frame['cursor'] {
  const row = inputRow + cursorRow
  if (/^[ -~]*$/.test(beforeCursor)) return { column: PROMPT.length + cursorColumn, row }
  return { column: PROMPT.length, row, text: beforeCursor }
}

/** The rows of the text being typed, behind the prompt. */
function inputLines(rows: readonly string[], columns: number): string[] {
  return rows.map((row, index) => {
    const line = (index === 0 ? PROMPT : ' '.repeat(PROMPT.length)) + row
    // A row has at least one character, also where the prompt leaves no room for it.
    return columns <= PROMPT.length + 1 ? line.slice(0, columns) : line
  })
}

/** Lines at the bottom of a pane, below empty ones. */
function atBottom(lines: readonly string[], rows: number): string[] {
  return [...Array<string>(Math.max(0, rows - lines.length)).fill(''), ...lines]
}

function overlayLines({ title, lines, top, chosen }: Overlay, { pane }: ScreenLayout): string[] {
  const heading = mark('bold', ` ${title}`)
  const shown = lines.slice(top, top + pane.rows - 1).map((line, index) => {
    const isChosen = top + index === chosen
    return wrapMarked(isChosen ? `${mark('selected', '▌')}${line}` : ` ${line}`, pane.columns)[0]!
  })
  while (shown.length < pane.rows - 1) shown.push('')
  return [heading, ...shown].slice(0, pane.rows)
}
